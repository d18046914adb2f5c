// Phones as they are in a browser, in Node, for acceptance tests in Go: one command a line as JSON, one answer a line. Each has a disk
// of its own only in name: the machine is one, and the app on it is killed now and then.

import { Killed, Machine } from "./machine.ts";
import { codeOf, hex } from "@ruhu/merge";
import { lines } from "../../../tools/ndjson.ts";
import { faultIn } from "../src/app/fault.ts";
import type { Interview, Opening, Snapshot } from "../src/app/ports.ts";
import type { RuhuPhone } from "../src/app/phone.ts";

type Json = Record<string, unknown>;

const pin = "402816";
process.on("unhandledRejection", (err) => {
  if (!machine?.dead && !(err instanceof Killed)) throw err;
});

let machine: Machine | undefined;
let slot = "";
let offline = false;
let now = 0;
const forms = new Map<number, Interview>();

const link: typeof fetch = (...args) => (offline ? Promise.reject(new TypeError("no signal")) : fetch(...args));

/** Numbers that are the same each time. */
function seeded(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((s ^ (s >>> 13)) >>> 0) / 2 ** 32;
  };
}

function photo(text: string): Blob {
  const b = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, ...new TextEncoder().encode(text), ...new Uint8Array(70_000).map((_, i) => (i * 7 + text.length) & 0xff)]);
  return new Blob([b], { type: "image/jpeg" });
}

async function nameOf(b: Blob): Promise<string> {
  return `sha256-${hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await b.arrayBuffer())))}.jpg`;
}

/** An instance as far as the store is concerned: it is kept, not read. */
function snapshot(values: Record<string, string>, rows: Record<string, string[]> = {}, page = 0): Snapshot {
  return { xml: JSON.stringify({ values, rows }), values: { ...values }, rows, place: { page: `p${page}`, question: "" } };
}

interface Planned {
  readonly opening: Opening;
  readonly values: Record<string, string>;
  readonly rows: Record<string, string[]>;
  readonly photos: Blob[];
  readonly slip: boolean;
}

async function plan(i: number, what: Json): Promise<Planned> {
  const random = seeded(1000 + i);
  const one = (n: number): string => String(1 + Math.floor(random() * n));
  const list = what["households"] as string[];
  if (i < list.length) {
    const p = photo(`door ${i}`);
    const values: Record<string, string> = { consent: "1", adult: "1", s_road: one(5), s_water: one(5), s_env: one(5), better: one(3), concern_txt: `第 ${i} 户说的话 🏠`, meet12: one(60) };
    if (i % 4 === 0) values["photo"] = await nameOf(p);
    return { opening: { household: list[i]!, form: String(what["form"]) }, values, rows: {}, photos: i % 4 === 0 ? [p] : [], slip: true };
  }
  const ids = [0, 1].map((n) => `n${i}x${n}`);
  const photos = [photo(`board ${i} a`), photo(`board ${i} b`)];
  const values: Record<string, string> = { wave: one(4), hh_n: one(900), pop_n: one(2000) };
  for (const [n, id] of ids.entries()) Object.assign(values, { [`notices[${id}]/kind`]: one(3), [`notices[${id}]/photo`]: await nameOf(photos[n]!) });
  return { opening: { grid: String(what["grid"]), form: "village_sheet" }, values, rows: { notices: ids }, photos, slip: false };
}

/** Types one record to its end, however often the app is killed; returns its id. What was said to be stored must be there after each kill. */
async function type(m: Machine, p: Planned, i: number, random: () => number, killing: () => number): Promise<string> {
  let record = "";
  let stored: Record<string, string> = {};
  let submitting = false;
  for (let tries = 0; ; tries++) {
    if (tries > 400) throw new Error(`record ${i} is never done`);
    try {
      const app = await revive(m);
      m.killAfter(killing());
      if (submitting) {
        const line = (await m.alive(app.today())).drafts.find((d) => d.record === record);
        if (!line) return record; // it was submitted, and nobody said so
      }
      if (record !== "" && Object.keys(stored).length === 0 && !(await m.alive(app.today())).drafts.some((d) => d.record === record)) record = ""; // nobody said it was stored
      const begun: Opening = record === "" ? p.opening : { record };
      const f = await m.alive(app.openInterview(begun));
      if (record !== "" && f.record !== record) throw new Error(`record ${record} was begun twice`);
      const kept = f.instanceXml === undefined ? {} : (JSON.parse(f.instanceXml) as { values: Record<string, string> }).values;
      for (const [path, value] of Object.entries(stored)) if (kept[path] !== value) throw new Error(`${path} of record ${i} was stored and is gone`);
      const values: Record<string, string> = { ...f.preset, ...f.values, ...kept };
      for (const b of p.photos) await m.alive(f.attachments.put(await nameOf(b), b));
      if (p.slip && f.erasable) {
        const slip = await m.alive(f.slip());
        if (!/^[0-9A-Z-]{14}-.$/.test(slip.code)) throw new Error(`no code: ${slip.code}`);
        await m.alive(f.slipGiven());
      }
      for (const [n, [path, value]] of Object.entries(p.values).entries()) {
        values[path] = value;
        if (random() < 0.4) {
          const s = snapshot(values, p.rows, n);
          record = f.record; // from the first attempt to store it on it may be there
          await m.alive(random() < 0.2 ? f.hidden(s) : f.save(s));
          stored = { ...values };
        } else {
          f.changed(() => snapshot(values, p.rows, n));
        }
      }
      record = f.record;
      submitting = true;
      await m.alive(f.submit(snapshot(values, p.rows)));
      return record;
    } catch (err) {
      if (faultIn(err)?.code === "not-erasable") throw new Error(`slip of ${i}`, { cause: err });
      if (!(err instanceof Killed) && !m.dead) throw err;
      m.counted();
    }
  }
}

async function revive(m: Machine): Promise<RuhuPhone> {
  for (;;) {
    try {
      if (m.app && !m.dead) {
        if (m.app.door === "open") return m.app;
        await m.alive(m.app.unlock(slot, pin));
        return m.app;
      }
      const app = await m.start();
      slot = (await m.alive(app.slots()))[0]!.id;
      await m.alive(app.unlock(slot, pin));
      return app;
    } catch (err) {
      if (!(err instanceof Killed) && !m.dead) throw err;
    }
  }
}

async function run(c: Json): Promise<unknown> {
  now = (c["now"] as number | undefined) ?? now;
  const text = (key: string): string => String(c[key]);
  if (c["do"] === "buy") {
    machine = new Machine({ base: text("base"), fetch: link, now: () => now, patience: 5000 });
    await machine.start();
    return {};
  }
  const m = machine!;
  switch (c["do"]) {
    case "offline":
      offline = c["yes"] === true;
      return {};
    case "enrol": {
      const me = await m.app!.enrol(text("code"), pin);
      slot = me.slot;
      return { worker: me.worker, sync: m.app!.sync };
    }
    case "me":
      return { worker: (await revive(m)).me?.worker };
    case "kill":
      m.kill();
      await revive(m);
      return {};
    case "work": {
      const random = seeded(c["seed"] as number);
      const out: Json[] = [];
      const households = c["households"] as string[];
      const sheets = c["sheets"] as number;
      const before = m.kills;
      const most = c["kills"] as number;
      for (let i = 0; i < households.length + sheets; i++) {
        const p = await plan(i, c);
        const record = await type(m, p, i, random, () => (m.kills - before < most ? Math.floor(random() * 90) : Infinity));
        const files = await Promise.all(p.photos.map((b) => nameOf(b)));
        out.push({ record, values: p.values, files: p.values["photo"] !== undefined || p.photos.length > 1 ? files : [] });
      }
      m.killAfter(Infinity);
      await revive(m);
      return { made: out, kills: m.kills - before };
    }
    case "sync": {
      const app = await revive(m);
      const s = await app.syncNow();
      return { sync: s, outbox: await app.outbox() };
    }
    case "outbox":
      return { outbox: await (await revive(m)).outbox(), lines: await m.app!.outboxLines() };
    case "today": {
      const t = await (await revive(m)).today();
      return { ...t, others: [...t.others] };
    }
    case "visit":
      return (await revive(m)).visit(text("household"));
    case "log": {
      await (await revive(m)).logVisit({ household: text("household"), disposition: text("disposition"), ...(c["appointment"] !== undefined && { appointment: text("appointment") }) });
      return {};
    }
    case "open": {
      const f = await (await revive(m)).openInterview(c["opening"] as Opening);
      forms.set(forms.size, f);
      return {
        form: forms.size - 1, record: f.record, values: f.values, rows: f.rows, preset: f.preset, comments: f.comments, conflicts: f.conflicts, status: f.status,
        instance: f.instanceXml ?? null, here: f.form.here, xml: f.formXml.length, household: f.household, case: f.case, erasable: f.erasable,
      };
    }
    case "slip":
      return forms.get(c["form"] as number)!.slip();
    case "erase":
      await forms.get(c["form"] as number)!.erase();
      return {};
    case "save":
    case "hidden":
    case "leave":
    case "submit": {
      const f = forms.get(c["form"] as number)!;
      const s = snapshot(c["values"] as Record<string, string>, (c["rows"] as Record<string, string[]> | undefined) ?? {});
      await f[c["do"]]({ ...s, confirmed: (c["confirmed"] as string[] | undefined) ?? [] });
      return {};
    }
    case "returned":
      return { list: await (await revive(m)).returned() };
    case "conflicts":
      return { list: await (await revive(m)).conflicts() };
    case "pack":
      return { pack: Buffer.from(await (await (await revive(m)).exportPack()).arrayBuffer()).toString("base64") };
    case "forget": {
      // Ten wrong PINs: the store is lost, what is sealed for the server is not.
      await m.app!.lock();
      for (let i = 0; i < 10; i++) await m.app!.unlock(slot, "not the PIN").catch(() => undefined);
      const last = await m.app!.unlock(slot, pin).then(
        () => "opened",
        (err: unknown) => faultIn(err)?.code,
      );
      return { last, pack: Buffer.from(await (await m.app!.exportPack(slot)).arrayBuffer()).toString("base64"), slots: await m.app!.slots() };
    }
    case "carry":
      return (await revive(m)).importPack(new Blob([new Uint8Array(Buffer.from(text("pack"), "base64"))]));
    case "slots":
      return { slots: await m.app!.slots() };
    case "signoff":
      await (await revive(m)).signOff();
      return { door: m.app!.door, slots: await m.app!.slots(), databases: (await indexedDB.databases()).length };
  }
  throw new Error(`no command ${text("do")}`);
}

for await (const line of lines(process.stdin)) {
  try {
    process.stdout.write(JSON.stringify({ done: await run(JSON.parse(line) as Json) }) + "\n");
  } catch (err) {
    const code = faultIn(err)?.code ?? codeOf(err);
    process.stdout.write(JSON.stringify({ error: code, message: err instanceof Error ? (code === "internal" ? err.stack : err.message) : String(err) }) + "\n");
  }
}

process.exit(0); // timers and channels of the app do not keep it
