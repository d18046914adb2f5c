import { Machine } from "./machine.ts";
import { expectFault, fullDisk } from "./disk.ts";
import { hex } from "@ruhu/merge";
import Dexie from "dexie";
import { beforeEach, expect, test, vi } from "vitest";
import type { Interview, Snapshot } from "../src/app/ports.ts";
import { RuhuPhone } from "../src/app/phone.ts";
import { hashOf } from "../src/app/slip.ts";
import { ContextLocks, type LockManager } from "../src/store/locks.ts";
import { grid, MiniServer, problem } from "./miniserver.ts";
import { Scanner } from "./scan.ts";

const pin = "402816";
const code = "0123456789ABCDEFGHJKMNPQRS";
const noon = Date.parse("2026-11-23T04:30:00Z");

const tabs: RuhuPhone[] = [];

beforeEach(async () => {
  for (const t of tabs.splice(0)) await t.end();
  for (const { name } of await indexedDB.databases()) if (name !== undefined) await Dexie.delete(name);
});

function snap(values: Record<string, string>, rows: Record<string, string[]> = {}): Snapshot {
  return { xml: `<data>${JSON.stringify(values)}</data>`, values, rows, place: { page: "p2", question: "q1" } };
}

async function photo(size = 1000): Promise<{ file: Blob; name: string }> {
  const bytes = new Uint8Array(size).map((_, i) => (i * 31 + size) & 0xff);
  return { file: new Blob([bytes]), name: `sha256-${hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}.jpg` };
}

async function tab(server: MiniServer, more: { locks?: LockManager; now?: () => number; idleAfter?: number } = {}): Promise<RuhuPhone> {
  const app = await RuhuPhone.open({ fetch: server.fetch, rounds: 1000, background: false, now: () => noon, locks: new ContextLocks(), ...more });
  tabs.push(app);
  return app;
}

async function enrolled(more: Parameters<typeof tab>[1] = {}) {
  const server = await MiniServer.open();
  const app = await tab(server, more);
  await app.enrol(code, pin);
  const shown = (record: string, path: string): string | null | undefined => server.office.records.get(record)?.state.shown(path)?.value;
  return { server, app, shown };
}

const door = { household: "H1", form: "hh" };

async function fill(i: Interview, values: Record<string, string>): Promise<void> {
  await i.submit(snap({ ...i.preset, ...values }));
}

test("a phone nobody enrolled is empty; after enrolment today's list is there and opens without a signal", async () => {
  const server = await MiniServer.open();
  const app = await tab(server);
  expect(app.door).toBe("empty");
  await expectFault(app.today(), "locked");
  const me = await app.enrol(code, "４０２８１６");
  expect(me).toMatchObject({ worker: "us_1", name: "王", grids: [grid] });
  const t = await app.today();
  expect(t.tasks.map((x) => [x.household, x.label, x.address, x.case, x.state])).toEqual([1, 2, 3].map((n) => [`H${n}`, `蓝门${n}`, `秘密路${n}号`, `CASE${n}`, "toVisit"]));
  expect(t.forms.every((f) => f.here)).toBe(true);
  server.offline = true;
  const i = await app.openInterview(door);
  expect(i.formXml).toContain("case_id");
  expect(i.preset).toEqual({ case_id: "CASE1", village_code: grid.slice(0, 12) });
  expect(await (await i.files("trees.csv"))?.text()).toBe(server.trees);
  expect(await i.files("other.png")).toBeUndefined();
  expect(i.notice).toMatchObject({ zh: "告知" });
  await i.close();
});

test("an enrolment whose answer was lost goes on with the same code, with another PIN too, after a kill too", async () => {
  const server = await MiniServer.open();
  let app = await tab(server);
  server.trouble = (_, __, url) => (url.includes("/v1/devices") ? "lose" : undefined);
  await expect(app.enrol(code, pin)).rejects.toMatchObject({ code: "busy" });
  expect(app.door).toBe("empty");
  await expect(app.enrol(code, "730154")).rejects.toMatchObject({ code: "busy" });
  app = await tab(server);
  server.trouble = () => undefined;
  await app.enrol(code, "915372");
  expect(server.office.enrolled).toBe(1);
  expect((await app.slots()).length).toBe(1);
  await app.lock();
  await expectFault(app.unlock((await app.slots())[0]!.id, pin), "wrong-pin", { left: 9 });
  await app.unlock((await app.slots())[0]!.id, "915372");
  const other = await tab(server);
  await expect(other.enrol(code, pin)).rejects.toMatchObject({ code: "code-used" });
});

test("a weak PIN is refused before the code is used", async () => {
  const server = await MiniServer.open();
  const app = await tab(server);
  await expectFault(app.enrol(code, "123456"), "weak-pin");
  expect(server.requests).toEqual([]);
});

test("two workers on one phone: each has a store, a PIN and devices of their own, and sees nothing of the other", async () => {
  const { server, app } = await enrolled();
  await fill(await app.openInterview(door), { q1: "甲的回答很长很长" });
  await app.lock();
  expect(app.door).toBe("locked");
  await app.enrol("123456789ABCDEFGHJKMNPQRST", "730154");
  const slots = await app.slots();
  expect(slots.map((s) => [s.mark, s.triesLeft, s.destroyed])).toEqual([[1, 10, false], [2, 10, false]]);
  expect((await app.outbox()).unsent).toBe(0);
  expect((await app.today()).tasks[0]!.state).toBe("toVisit");
  await expectFault(app.unlock(slots[0]!.id, "730154"), "wrong-pin");
  expect(app.door).toBe("locked");
  await app.unlock(slots[0]!.id, pin);
  expect((await app.outbox()).unsent).toBe(2);
  expect((await app.today()).tasks[0]!.state).toBe("done");
  const scan = new Scanner(["甲的回答很长很长", "CASE1", "秘密路1号", "us_1", "us_2", "dv_1", "dv_2"]);
  await scan.databases();
  expect(scan.finds).toEqual([]);
  expect(server.office.enrolled).toBe(2);
});

test("every change is stored 400 ms after the last, once, and a page turn at once", async () => {
  const { app } = await enrolled();
  const i = await app.openInterview(door);
  const states: string[] = [];
  i.onChange(() => states.push(i.saved));
  let made = 0;
  for (let n = 0; n < 10; n++) i.changed(() => (made++, snap({ ...i.preset, q1: String(n) })));
  expect(i.saved).toBe("unsaved");
  await vi.waitFor(() => expect(i.saved).toBe("here"), { timeout: 2000 });
  expect([made, states.filter((s) => s === "saving").length]).toEqual([1, 1]);
  await i.save(snap({ ...i.preset, q1: "turned" }));
  await i.close();
  const again = await app.openInterview(door);
  expect(again.record).toBe(i.record);
  expect(again.instanceXml).toContain("turned");
  expect(again.place).toEqual({ page: "p2", question: "q1" });
  expect((await app.today()).tasks[0]).toMatchObject({ state: "drafted", record: i.record });
  expect((await app.outbox()).drafts).toBe(1);
  await again.close();
});

test("a full phone says so; what was typed is on the screen, is stored when there is room, and nothing is half there", async () => {
  const { app } = await enrolled();
  const i = await app.openInterview(door);
  await i.save(snap({ ...i.preset, q1: "before" }));
  const p = await photo();
  const room = fullDisk();
  await expectFault(i.save(snap({ ...i.preset, q1: "after" })), "storage-full");
  expect(i.saved).toBe("full");
  await expectFault(i.attachments.put(p.name, p.file), "storage-full");
  await expectFault(i.submit(snap({ ...i.preset, q1: "after" })), "storage-full");
  expect(i.lost).toBe(false);
  expect((await app.outbox()).unsent).toBe(0);
  room();
  await i.submit(snap({ ...i.preset, q1: "after" }));
  expect((await app.outbox()).unsent).toBe(2); // the interview and its line of the visit log
  expect((await app.today()).tasks[0]!.state).toBe("done");
});

test("a lock stores what is typed first; nothing is read or written after it", async () => {
  const { app } = await enrolled();
  const i = await app.openInterview(door);
  i.changed(() => snap({ ...i.preset, q1: "typed just now" }));
  await app.lock();
  await expectFault(i.save(snap({})), "taken-over");
  await expectFault(app.today(), "locked");
  await expectFault(app.openInterview(door), "locked");
  await app.unlock((await app.slots())[0]!.id, pin);
  const again = await app.openInterview({ record: i.record });
  expect(again.instanceXml).toContain("typed just now");
  await again.close();
});

test("five minutes without a touch lock the phone", async () => {
  const { app } = await enrolled({ idleAfter: 3000 });
  const i = await app.openInterview(door);
  i.changed(() => snap({ ...i.preset, q1: "typed" }));
  await vi.waitFor(() => expect(app.door).toBe("locked"), { timeout: 12_000 });
});

test("two tabs: a form is open in one; the other says so, or takes it over, and the first stores nothing any more", async () => {
  const locks = new ContextLocks();
  const { server, app } = await enrolled({ locks });
  const other = await tab(server, { locks });
  await other.unlock((await other.slots())[0]!.id, pin);
  const i = await app.openInterview(door);
  await i.save(snap({ ...i.preset, q1: "first tab" }));
  await expectFault(other.openInterview(door), "open-elsewhere");
  const j = await other.openInterview({ record: i.record }, "take-over");
  expect(j.instanceXml).toContain("first tab");
  await vi.waitFor(() => expect(i.lost).toBe(true));
  await expectFault(i.save(snap({ ...i.preset, q1: "too late" })), "taken-over");
  i.changed(() => snap({ q1: "too late" }));
  await j.submit(snap({ ...j.values, q1: "second tab" }));
  const out = await app.outbox();
  expect(out.unsent).toBe(await other.outbox().then((o) => o.unsent));
  await app.syncNow();
  expect(server.office.records.get(i.record)!.state.shown("q1")!.value).toBe("second tab");
  // A worker may have another form open in each.
  const [a, b] = [await app.openInterview({ household: "H2", form: "hh" }), await other.openInterview({ household: "H3", form: "hh" })];
  await Promise.all([a.save(snap({ ...a.preset, q1: "a" })), b.save(snap({ ...b.preset, q1: "b" }))]);
  await Promise.all([a.submit(snap({ ...a.preset, q1: "a" })), b.submit(snap({ ...b.preset, q1: "b" }))]);
  await Promise.all([app.syncNow(), other.syncNow()]);
  await app.syncNow();
  expect((await app.outbox()).unsent).toBe(0);
  expect([...server.office.logs.values()].map((l) => l.lines.length).sort()).toEqual([3, 3]);
});

test("the slip's code is drawn once, outlives a kill until it was left, and only its hash goes out", async () => {
  const m = new Machine({ fetch: (await MiniServer.open()).fetch, now: () => noon });
  let app = await m.start();
  await app.enrol(code, pin);
  const i = await app.openInterview(door);
  const slip = await i.slip();
  expect(await i.slip()).toEqual(slip);
  m.kill();
  app = await m.start();
  await app.unlock((await app.slots())[0]!.id, pin);
  const again = await app.openInterview(door);
  expect(again.record).toBe(i.record);
  expect(await again.slip()).toEqual(slip);
  expect(again.preset).toMatchObject({ case_id: "CASE1" });
  expect(again.erasable).toBe(true);
  await again.slipGiven();
  expect(again.erasable).toBe(false);
  await expectFault(again.erase(), "not-erasable");
  await expectFault(again.slip(), "not-erasable");
  await fill(again, { q1: "1" });
  await app.syncNow();
  const scan = new Scanner([slip.code, slip.code.replaceAll("-", "").slice(0, 12)]);
  await scan.databases();
  expect(scan.finds).toEqual([]);
  expect(hashOf(slip.code.replaceAll("-", "").slice(0, 12))).toMatch(/^[0-9a-f]{64}$/);
});

test("an interview that is taken away leaves nothing: unsent it never goes, sent it is erased on the server", async () => {
  const { server, app, shown } = await enrolled();
  const i = await app.openInterview(door);
  await i.hidden(snap({ ...i.preset, q1: "never to be known" }));
  expect((await app.outbox()).unsent).toBe(1);
  await i.erase();
  expect((await app.outbox()).unsent).toBe(1); // a declaration that takes its place
  await app.syncNow();
  expect(await app.outbox()).toMatchObject({ unsent: 0, void: 0 });
  expect(server.office.records.has(i.record)).toBe(false);
  expect(server.erased).toEqual([i.record]); // an answer may have been lost: the server is asked all the same
  const j = await app.openInterview(door);
  expect(j.record).not.toBe(i.record);
  await j.hidden(snap({ ...j.preset, q1: "sent" }));
  await app.syncNow();
  expect(shown(j.record, "q1")).toBe("sent");
  await j.erase();
  expect((await app.today()).tasks[0]).toMatchObject({ state: "toVisit", record: "" });
  server.offline = true;
  await app.syncNow();
  expect(server.erased).toEqual([i.record]);
  server.offline = false;
  await app.syncNow();
  expect(server.erased).toEqual([i.record, j.record]);
});

test("visits: date and half of the day, attempts counted, appointments and refusals with what belongs to them", async () => {
  const { server, app } = await enrolled();
  await app.logVisit({ household: "H1", disposition: "2.24", appointment: "2026-12-01", reason: "1" });
  await app.logVisit({ household: "H1", disposition: "2.25", appointment: "2026-12-01", reason: "1" });
  await app.logVisit({ household: "H2", disposition: "2.112", reason: "2" });
  await app.setSettings({ workerRole: "2" });
  await app.logVisit({ household: "H3", disposition: "4.61" });
  expect((await app.today()).tasks.map((t) => [t.state, t.attempts, t.disposition, t.appointment])).toEqual([
    ["appointment", 2, "2.25", "2026-12-01"], ["refused", 1, "2.112", ""], ["done", 1, "4.61", ""],
  ]);
  expect((await app.visit("H1")).attempts).toMatchObject([{ date: "2026-11-23", half: "2", disposition: "2.24", appointment: "" }, { disposition: "2.25", appointment: "2026-12-01" }]);
  await app.syncNow();
  const records = [...server.office.records.values()].map((r) => Object.fromEntries(r.state.visible().map(([p, w]) => [p, w.value])));
  expect(records).toContainEqual({
    household: "H1", village_code: grid.slice(0, 12), grid_code: grid, attempt_no: "2", visit_dt: "2026-11-23", visit_half: "2", visit_type: "2", worker_role: "1", disposition: "2.25",
    appointment_dt: "2026-12-01", "@status": "submitted",
  });
  expect(records.find((r) => r["household"] === "H2")).toMatchObject({ refuse_reason: "2", visit_type: "1" });
  expect(records.find((r) => r["household"] === "H3")).toMatchObject({ worker_role: "2" });
  // The registry's log tells no moment.
  const lines = [...server.office.logs].filter(([d]) => d.startsWith("rg_")).flatMap(([, l]) => l.lines);
  expect(lines.map((l) => (JSON.parse(l) as { at: number }).at)).toEqual(lines.map(() => Date.parse("2026-11-23T04:00:00Z")));
});

test("a clock that is wrong by ten years: visits get the right date once the server was heard", async () => {
  const now = { at: noon + 10 * 365 * 24 * 3600_000 };
  const { app } = await enrolled({ now: () => now.at });
  await app.logVisit({ household: "H1", disposition: "2.24" });
  expect((await app.visit("H1")).attempts[0]!.date).toBe("2026-11-23");
  await app.syncNow();
  expect(Math.abs((await app.outbox()).clockOffset)).toBeGreaterThan(9 * 365 * 24 * 3600_000);
  now.at = noon + 24 * 3600_000; // somebody set it right
  await app.logVisit({ household: "H2", disposition: "2.24" });
  expect((await app.visit("H2")).attempts[0]!.date).toBe("2026-11-24");
});

test("files: in parts, through lost answers and restarts; what arrived is not sent again, and goes when it is safe", async () => {
  const now = { at: noon };
  const { server, app } = await enrolled({ now: () => now.at });
  const p = await photo(700_000);
  const i = await app.openInterview(door);
  await expectFault(i.attachments.put(p.name, new Blob(["other bytes"])), "attachment-missing");
  await i.attachments.put(p.name, p.file);
  await i.attachments.put((await photo(5)).name, (await photo(5)).file);
  await i.save(snap({ ...i.preset, q1: "1" })); // about to be named: not an orphan
  expect(await i.attachments.get(p.name)).toBeDefined();
  await i.submit(snap({ ...i.preset, q1: "1", photo: p.name }));
  expect(await app.outbox()).toMatchObject({ files: 1, fileBytes: 700_000, unsent: 2 });
  let n = 0;
  server.trouble = (_, method) => (method === "PATCH" ? ((n++ % 3 === 0 ? "lose" : n % 3 === 1 ? "drop" : undefined)) : undefined);
  for (let round = 0; round < 12 && (await app.outbox()).files > 0; round++) expect((await app.syncNow()).phase).toBe("idle");
  expect(Buffer.compare(server.stored.get(p.name)!, new Uint8Array(await p.file.arrayBuffer()))).toBe(0);
  expect(server.uploads.size).toBe(1);
  const sent = server.requests.filter((r) => r.startsWith("PATCH")).length;
  expect(sent).toBeLessThanOrEqual(24);
  expect((await app.outbox()).files).toBe(0);
  server.trouble = () => undefined;
  const first = server.requests.findIndex((r) => r.startsWith("PATCH"));
  expect(server.requests.findIndex((r) => r.includes("/sync/push"))).toBeLessThan(first); // answers first
  const again = await app.openInterview({ record: i.record });
  expect(await again.attachments.get(p.name)).toBeDefined(); // no backup covers it yet
  await again.leave(snap(again.values));
  server.office.safe = 5;
  now.at += 2 * 3600_000; // whether there is a backup is asked once an hour
  await app.syncNow();
  const later = await app.openInterview({ record: i.record });
  expect(await later.attachments.get(p.name)).toBeUndefined();
  // It is named by a set that went: to submit again it need not be here.
  await later.submit(snap({ ...later.values, q1: "2" }));
});

test("a server restored from before the photo gets answers and photo again", async () => {
  const { server, app } = await enrolled();
  const p = await photo(50_000);
  const i = await app.openInterview(door);
  await i.attachments.put(p.name, p.file);
  await fill(i, { q1: "1", photo: p.name });
  await app.syncNow();
  expect(server.stored.has(p.name)).toBe(true);
  server.office.restore("ep_2");
  server.stored.clear();
  server.uploads.clear();
  for (let n = 0; n < 3; n++) await app.syncNow();
  expect(server.stored.has(p.name)).toBe(true);
  expect(server.office.records.get(i.record)!.state.shown("photo")!.value).toBe(p.name);
});

test("a file that is gone or damaged stops the submission and names itself; one the server refuses is said and blocks nothing", async () => {
  const { server, app } = await enrolled();
  const [a, b] = [await photo(10), await photo(20)];
  const i = await app.openInterview(door);
  await i.attachments.put(b.name, b.file);
  await expectFault(i.submit(snap({ ...i.preset, photo: a.name, q2: b.name })), "attachment-missing", { n: 1, names: a.name });
  expect((await app.outbox()).unsent).toBe(0);
  await i.attachments.put(a.name, a.file);
  await i.submit(snap({ ...i.preset, photo: a.name, q2: b.name }));
  server.instead = (method) => (method === "POST" && server.requests.at(-1)!.endsWith("/v1/attachments/") && server.uploads.size === 0 ? (server.uploads.set("x", { name: "", record: "", size: 0, bytes: new Uint8Array(0) }), problem("unsupported-media", 415)) : undefined);
  await app.syncNow();
  expect(server.stored.size).toBe(1);
  expect(await app.outbox()).toMatchObject({ files: 0, unsent: 0 });
});

test("a change set holds 500 values: a larger sheet goes in several, all of it or what was there before", async () => {
  const { server, app } = await enrolled();
  const i = await app.openInterview({ grid, form: "village_sheet" });
  const ids = Array.from({ length: 700 }, (_, n) => `r${n}`);
  const values = Object.fromEntries(ids.map((id, n) => [`m[${id}]/age`, String(n)]));
  await i.save(snap(values, { m: ids }));
  await i.submit(snap(values, { m: ids }));
  expect((await app.outbox()).unsent).toBeGreaterThan(2);
  await app.syncNow();
  const state = server.office.records.get(i.record)!.state;
  expect(state.rowsOf("m").length).toBe(700);
  expect(state.shown("m[r699]/age")!.value).toBe("699");
  expect(state.shown("@status")!.value).toBe("submitted");
});

test("left and opened again: where it stood, unless the office changed it meanwhile", async () => {
  const { server, app } = await enrolled();
  const i = await app.openInterview(door);
  await i.leave(snap({ ...i.preset, q1: "1", q2: "kept aside" }));
  await app.syncNow();
  let j = await app.openInterview({ record: i.record });
  expect(j.instanceXml).toContain("kept aside");
  await j.close();
  const r = server.office.records.get(i.record)!;
  r.state.apply({ device: "dv_of1", seq: 1, epoch: "ep_1", at: noon, nonce: "", record: i.record, form: "hh", version: "1", grid, ctx: r.state.vv.clone(), set: [{ path: "q1", value: "5" }], add: [], del: [] }, noon);
  await app.syncNow();
  j = await app.openInterview({ record: i.record });
  expect(j.instanceXml).toBeUndefined();
  expect(j.values).toMatchObject({ q1: "5", q2: "kept aside", case_id: "CASE1" });
  await j.close();
});

test("entity lists are asked for again, and taken where they changed", async () => {
  const { server, app } = await enrolled();
  const before = server.requests.length;
  await app.syncNow();
  const asked = server.requests.slice(before);
  expect(asked.filter((r) => r.includes("phone.xml"))).toEqual([]);
  expect(asked.filter((r) => r.includes("list.csv")).length).toBe(1);
  server.trees += "t2,elm\n";
  await app.syncNow();
  const i = await app.openInterview(door);
  expect(await (await i.files("trees.csv"))!.text()).toBe(server.trees);
  await i.close();
});

test("a sync that fails says why and loses nothing; one that is asked for twice runs once at a time", async () => {
  const { server, app } = await enrolled();
  await fill(await app.openInterview(door), { q1: "1" });
  server.offline = true;
  expect(await app.syncNow()).toMatchObject({ error: "busy", phase: "idle" });
  expect((await app.outbox()).unsent).toBe(2);
  server.offline = false;
  const phases: string[] = [];
  app.onChange((what) => what === "sync" && phases.push(app.sync.phase));
  await Promise.all([app.syncNow(), app.syncNow()]);
  expect(await app.outbox()).toMatchObject({ unsent: 0, unsafe: 2 });
  expect(phases).toEqual(expect.arrayContaining(["answers", "forms", "files", "idle"]));
  expect((await app.outboxLines()).map((l) => [l.stream, l.state, l.safe])).toEqual(expect.arrayContaining([["answers", "merged", false], ["registry", "merged", false]]));
});

test("a pack for a memory card: another phone carries it, and what is none is told from it", async () => {
  const { server, app } = await enrolled();
  await expectFault(app.exportPack(), "nothing-unsent");
  const i = await app.openInterview(door);
  await fill(i, { q1: "carried" });
  server.offline = true;
  const file = await app.exportPack();
  server.offline = false;
  await app.lock();
  await app.enrol("123456789ABCDEFGHJKMNPQRST", "730154");
  await expectFault(app.importPack(new Blob(["hello"])), "not-a-pack");
  expect(await app.importPack(file)).toMatchObject({ merged: 2, refused: 0 });
  expect(server.office.records.get(i.record)!.state.shown("q1")!.value).toBe("carried");
  await expectFault(app.exportPack((await app.slots())[0]!.id), "locked");
});

test("signing off: not with work unsent; then nothing of the worker is left", async () => {
  const { server, app } = await enrolled();
  await fill(await app.openInterview(door), { q1: "1" });
  server.offline = true;
  await expectFault(app.signOff(), "outbox-not-empty", { unsent: 2, drafts: 0, files: 0 });
  expect(app.door).toBe("open");
  server.offline = false;
  await app.signOff();
  expect(app.door).toBe("empty");
  expect((await indexedDB.databases()).map((d) => d.name)).toEqual(["ruhu"]);
});

test("settings: language before anybody unlocks, the rest with the worker", async () => {
  const { server, app } = await enrolled();
  await app.setSettings({ language: "en", textSize: 1.4, workerRole: "3" });
  await app.lock();
  const again = await tab(server);
  expect(again.settings).toMatchObject({ language: "en", textSize: 1.4, workerRole: "1" });
  await again.unlock((await again.slots())[0]!.id, pin);
  expect(again.settings.workerRole).toBe("3");
});

test("what a draft costs", async () => {
  const { app } = await enrolled();
  const i = await app.openInterview(door);
  const begun = performance.now();
  for (let n = 0; n < 50; n++) await i.save(snap({ ...i.preset, q1: String(n) }));
  console.log(`a draft is stored, sealed twice and signed in ${((performance.now() - begun) / 50).toFixed(1)} ms here`);
  await i.close();
});
