import { bytes, expectFault, pin, sealed } from "./disk.ts";
import { encode, hex } from "@ruhu/merge";
import { bundlePacks, Memory, Phone, splitPacks, type Store } from "@ruhu/sync";
import Dexie from "dexie";
import { expect, test } from "vitest";
import { WorkerDatabase } from "../src/store/database.ts";
import { packsOf, SlotKeys } from "../src/store/slots.ts";
import { PackLine, PackOffice } from "./packoffice.ts";
import { Scanner } from "./scan.ts";

const grid = "990101001201001";

async function phoneOn(disk: Awaited<ReturnType<typeof sealed>>, office: PackOffice, store: Store = disk.store) {
  const line = new PackLine(office);
  let enrolled = (await disk.db.keys.count()) > 0;
  const phone = await Phone.open({
    store, keys: new SlotKeys(disk.db, () => enrolled), transport: line, now: () => Date.parse("2026-11-23T08:00:00Z"),
    random: (n) => crypto.getRandomValues(new Uint8Array(n)), escrow: true,
  });
  if (!(await phone.status()).enrolled) await phone.enrol("code", "phone", "test");
  enrolled = true;
  return { phone, line };
}

/** 50 words that stand nowhere else. */
const canaries = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? `金丝雀${i}号的回答很长` : i % 3 === 1 ? `canary-${i}-answer` : `138${String(40000000 + i * 7)}`));

/** A day's work in which all of them are typed: submitted, in drafts, in instances and photos, and pulled. */
async function plant(store: Store, office: PackOffice, phone: Phone): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const s = await phone.new("answers", "f", "1", grid);
    s.set("q1", canaries[i]!);
    if (i % 3 === 0) await s.save(new Map([[`app/${s.record}/draft`, bytes(`<data><q1>${canaries[i]}</q1></data>`)]]));
    else await s.submit(new Map([[`app/${s.record}/file/${i}.jpg`, bytes(`\xff\xd8${canaries[i]}`)]]));
  }
  office.extra = canaries.slice(30).map((c, i) => `{"kind":"household","id":"${c}","grid":"${grid}","body":{"label":"${c}","address":"${c}"}}\n`.replace(/^/, i < 0 ? "" : ""));
  await phone.sync();
  expect((await phone.items("household")).length).toBe(20);
  void store;
}

test("IndexedDB dumped: of 50 planted answers none is readable, and in a store that does not seal all are found", async () => {
  for (const { name } of await indexedDB.databases()) if (name !== undefined) await Dexie.delete(name);
  const disk = await sealed();
  const office = await PackOffice.open();
  const { phone } = await phoneOn(disk, office);
  await plant(disk.store, office, phone);
  const ids = [...(await phone.records()), ...(await phone.drafts())];
  const scan = new Scanner([...canaries, ...ids, "us_1", "household", grid, "dv_1", pin]);
  await scan.databases();
  expect(scan.finds).toEqual([]);
  expect(scan.bytes).toBeGreaterThan(20_000);

  // The same work on a store that only writes down what it is given.
  const memory = new Memory();
  const plain = await phoneOn(await sealed(), office, memory);
  await plant(memory, office, plain.phone);
  const open = new WorkerDatabase("unsealed");
  await open.open();
  await memory.load((key, v) => void open.entries.put({ id: key, v: v! }));
  for (const key of await memory.keys("app/")) await open.entries.put({ id: key, v: (await memory.get(key))! });
  open.close();
  const control = new Scanner(canaries);
  await control.database("ruhu-unsealed");
  expect([...control.found].sort()).toEqual([...canaries].sort());
  await Dexie.delete("ruhu-unsealed");
});

test("the scanner finds words however they are written", () => {
  const word = "赵家的回答abc";
  const utf8 = encode(word);
  const u16 = new Uint8Array([...word].flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]));
  const ways: unknown[] = [
    word, { a: [{ b: word }] }, new Map([[1, new Set([word])]]), utf8, utf8.buffer, u16, hex(utf8), encodeURIComponent(word), JSON.stringify(word).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
    { [word]: 1 }, `x${word}y`,
  ];
  for (let pad = 0; pad < 3; pad++) ways.push(btoa(String.fromCharCode(...new Uint8Array(pad), ...utf8, ...new Uint8Array(pad))));
  for (const [i, w] of ways.entries()) {
    const s = new Scanner([word]);
    s.look(w, "here");
    expect(s.found.has(word), `way ${i}`).toBe(true);
  }
  const s = new Scanner([word]);
  s.look({ other: "赵家的回答ab", bytes: utf8.slice(0, -1) }, "here");
  expect(s.finds).toEqual([]);
});

test("a forgotten PIN loses nothing: what was sent, unsent and typed opens with the server's key, in order", async () => {
  const disk = await sealed();
  const office = await PackOffice.open();
  const { phone } = await phoneOn(disk, office);
  const write = async (value: string, end: "submit" | "save", stream: "answers" | "registry" = "answers"): Promise<string> => {
    const s = await phone.new(stream, "f", "1", grid);
    s.set("q1", value);
    s.set("@status", end === "submit" ? "submitted" : "draft");
    await s[end]();
    return s.record;
  };
  const sent = await write("sent", "submit");
  await phone.sync();
  const unsent = [await write("one", "submit"), await write("two", "submit"), await write("door", "submit", "registry")];
  const drafts = [await write("typed", "save"), await write("typed too", "save"), await write("appointment", "save", "registry")];
  const last = await phone.edit(drafts[0]!);
  last.set("q2", "and more");
  await last.save();

  for (let i = 0; i < 10; i++) await disk.vault.unlock("000001").catch(() => undefined);
  disk.sealer.drop();
  await expectFault(disk.vault.unlock(pin), "pin-destroyed");

  const packs = await packsOf(disk.db);
  const file = bundlePacks(packs);
  expect(splitPacks(file)).toEqual(packs);
  const carrier = await phoneOn(await sealed(), office);
  for (const p of splitPacks(file)!) await carrier.phone.carry(p);
  for (const p of splitPacks(file)!) await carrier.phone.carry(p); // again: nothing twice
  const shown = (record: string, path = "q1"): string | null | undefined => office.records.get(record)?.state.shown(path)?.value;
  expect([sent, ...unsent, ...drafts].map((r) => shown(r))).toEqual(["sent", "one", "two", "door", "typed", "typed too", "appointment"]);
  expect(shown(drafts[0]!, "q2")).toBe("and more");
  expect(office.records.size).toBe(7);
  expect([...office.logs.values()].map((l) => l.lines.length).sort()).toEqual([2, 5]);
});

test("packs go with the text: what is safe is kept by the server alone", async () => {
  const disk = await sealed();
  const office = await PackOffice.open();
  const { phone } = await phoneOn(disk, office);
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "1");
  await s.save();
  expect(await disk.db.packs.count()).toBe(1);
  await s.save();
  expect(await disk.db.packs.count()).toBe(1);
  await s.submit();
  expect(await disk.db.packs.count()).toBe(1);
  await phone.sync();
  expect(await disk.db.packs.count()).toBe(1);
  office.safe = 1;
  await phone.push();
  expect((await phone.log())[0]).toMatchObject({ kept: false, safe: true });
  expect(await disk.db.packs.count()).toBe(0);
});

test("a bundle that was cut, or is none, is told from one", () => {
  const pack = encode("ruhu-pack-1\nxxxxxxxx");
  const two = bundlePacks([pack, pack]);
  expect(splitPacks(two)).toEqual([pack, pack]);
  expect(splitPacks(pack)).toEqual([pack]);
  for (let i = 1; i < two.length; i++) {
    const got = splitPacks(two.slice(0, i));
    expect(got === undefined || got.length < 2, String(i)).toBe(true);
  }
  expect(splitPacks(encode("hello"))).toBeUndefined();
  expect(splitPacks(new Uint8Array(0))).toBeUndefined();
});
