import { Coded, codeOf, encode } from "@ruhu/merge";
import { expect, test } from "vitest";
import { keyApp, Memory, MemoryCabinet, Phone, WebKeys } from "../src/index.ts";
import { Line, Office } from "./office.ts";

const grid = "990101001201001";

async function handset(office = new Office(), store = new Memory(), more: { filesPending?: (record: string) => boolean } = {}) {
  const line = new Line(office);
  const keys = new WebKeys(new MemoryCabinet());
  const options = { store, keys, transport: line, now: () => Date.parse("2026-11-23T08:00:00Z"), random: (n: number) => crypto.getRandomValues(new Uint8Array(n)), ...more };
  const phone = await Phone.open(options);
  if (!(await phone.status()).enrolled) await phone.enrol("code", "phone", "test");
  return { phone, office, line, store, options };
}

async function interview(phone: Phone, values: Record<string, string>): Promise<string> {
  const s = await phone.new("answers", "f", "1", grid);
  for (const [path, value] of Object.entries(values)) s.set(path, value);
  await s.submit();
  return s.record;
}

const full = (): never => {
  throw new Coded("disk-full", "commit", "no room");
};

test("an interview is shown at once, sent, named, and let go of when it is safe", async () => {
  const { phone, office } = await handset();
  const record = await interview(phone, { q1: "2" });
  expect((await phone.view(record)).state?.shown("q1")?.value).toBe("2");
  expect(await phone.status()).toMatchObject({ unsent: 1, unsafe: 0 });
  const r = await phone.sync();
  expect(r).toMatchObject({ push: { merged: 1 }, pull: { complete: true } });
  expect(await phone.status()).toMatchObject({ unsent: 0, unsafe: 1, records: 1 });
  expect((await phone.log())[0]).toMatchObject({ status: "merged", kept: true, safe: false });
  office.safe = 1;
  await phone.push();
  expect((await phone.log())[0]).toMatchObject({ kept: false, safe: true, at: 0 });
  expect((await phone.view(record)).state?.shown("q1")?.value).toBe("2");
});

test("without a signal nothing is lost, and the badge says so", async () => {
  const { phone, line } = await handset();
  await interview(phone, { q1: "2" });
  line.offline = true;
  await expect(phone.sync()).rejects.toMatchObject({ code: "busy" });
  expect((await phone.status()).unsent).toBe(1);
  line.offline = false;
  await phone.sync();
  expect((await phone.status()).unsent).toBe(0);
});

test("only what changed is sent, and what was typed during a cut belongs to the next", async () => {
  const { phone, office } = await handset();
  const record = await interview(phone, { q1: "2", q2: "x" });
  await phone.sync();
  const s = await phone.edit(record);
  s.set("q1", "2");
  s.set("q2", "y");
  s.set("q2", "x");
  expect(s.changed).toBe(false);
  s.set("q2", "z");
  const cutting = s.cut();
  await Promise.resolve();
  const first = await cutting;
  expect(first?.set).toEqual([{ path: "q2", value: "z" }]);
  s.set("q1", "3");
  const again = s.cut();
  s.set("q3", "typed meanwhile");
  await again;
  await s.leave();
  await phone.sync();
  const state = office.records.get(record)!.state;
  expect(["q1", "q2", "q3"].map((p) => state.shown(p)?.value)).toEqual(["3", "z", "typed meanwhile"]);
  expect(state.conflicts()).toEqual([]);
});

test("a pull under an open form changes neither its screen nor its ctx", async () => {
  const { phone, office } = await handset();
  const record = await interview(phone, { q1: "1" });
  await phone.sync();
  const s = await phone.edit(record);
  office.records.get(record)!.state.apply({ device: "dv_x", seq: 1, epoch: "e", at: 1, nonce: "", record, form: "f", version: "1", grid, ctx: s.ctx, set: [{ path: "q1", value: "9" }], add: [], del: [] }, 1);
  await phone.pull();
  expect(s.value("q1")).toBe("1");
  expect([...s.ctx.keys()]).toEqual(["dv_1"]);
  s.set("q1", "5");
  await s.submit();
  expect((await phone.view(record)).state?.conflicts()).toEqual(["q1"]);
});

test("the app is killed: a form that was open is open again with what was saved", async () => {
  const { phone, options } = await handset();
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "1");
  await s.save(new Map([[`${keyApp(s.record)}draft`, encode("<instance/>")]]));
  s.set("q1", "not saved");
  const again = await Phone.open(options);
  expect(await again.drafts()).toEqual([s.record]);
  const reopened = await again.edit(s.record);
  expect(reopened.value("q1")).toBe("1");
  expect(await options.store.get(`${keyApp(s.record)}draft`)).toEqual(encode("<instance/>"));
});

test("a full store: what was typed stays, is not submitted by the way, and goes when there is room", async () => {
  const { phone, store } = await handset();
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "1");
  store.fail = full;
  await expect(s.save()).rejects.toMatchObject({ code: "disk-full" });
  await expect(s.submit()).rejects.toMatchObject({ code: "disk-full" });
  s.set("q2", "2");
  expect([s.value("q1"), s.value("q2"), s.value("@status")]).toEqual(["1", "2", undefined]);
  store.fail = undefined;
  const c = await s.leave();
  expect(c?.set.map((cell) => cell.path)).toEqual(["q1", "q2"]);
  expect((await phone.status()).unsent).toBe(1);
});

test("a commit that was stored although it failed is not done twice", async () => {
  const { phone, store } = await handset();
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "1");
  store.failAfter = full;
  const c = await s.cut();
  store.failAfter = undefined;
  expect(c?.seq).toBe(1);
  expect(s.changed).toBe(false);
  s.set("q1", "2");
  expect((await s.leave())?.ctx.get("dv_1")).toBe(1);
  expect((await phone.log()).map((e) => e.seq)).toEqual([1, 2]);
});

test("two tabs on one store take turns: every seq once, and both see all", async () => {
  const { phone, store, options } = await handset();
  const other = await Phone.open({ ...options, store: store.another() });
  const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => interview(i % 2 === 0 ? phone : other, { q1: String(i) })));
  expect((await phone.log()).map((e) => e.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(await other.records()).toEqual([...ids].sort());
  const [a, b] = await Promise.all([phone.sync(), other.sync()]);
  expect(a.push.merged + b.push.merged).toBe(20);
  expect(await other.status()).toMatchObject({ unsent: 0, forks: 0 });
});

test("a form that is open in one tab keeps what is typed while another tab works", async () => {
  const { phone, store, options } = await handset();
  const other = await Phone.open({ ...options, store: store.another() });
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "typed");
  await interview(other, { q1: "elsewhere" });
  await other.sync();
  await s.save();
  s.set("q2", "more");
  expect((await s.submit())?.set.map((c) => c.value)).toEqual(["submitted", "typed", "more"]);
});

test("an erased record is gone from the phone, with the files of it, also under an open form", async () => {
  const { phone, office, store } = await handset();
  const record = await interview(phone, { q1: "secret words" });
  await phone.sync();
  const s = await phone.edit(record);
  s.set("q1", "more secret words");
  await s.save(new Map([[`${keyApp(record)}photo`, encode("secret pixels")]]));
  office.records.delete(record);
  office.extra.push(`{"kind":"erased","record":"${record}","proof":"p"}\n`);
  await phone.sync();
  await expect(s.save()).rejects.toMatchObject({ code: "erased" });
  await expect(s.submit()).rejects.toMatchObject({ code: "erased" });
  await expect(phone.view(record)).rejects.toMatchObject({ code: "erased" });
  expect(await store.keys("app/")).toEqual([]);
  const left: string[] = [];
  await store.load((_, value) => left.push(new TextDecoder().decode(value ?? undefined)));
  expect(left.length).toBeGreaterThan(1);
  expect(left.join()).not.toContain("secret");
});

test("answers stay while files of theirs are still to be sent", async () => {
  let pending = true;
  const { phone, office } = await handset(new Office(), new Memory(), { filesPending: () => pending });
  const record = await interview(phone, { q1: "1" });
  await phone.sync();
  office.extra.push(`{"kind":"leave","record":"${record}","at":5}\n`);
  office.records.clear();
  await phone.sync();
  expect((await phone.view(record)).state?.shown("q1")?.value).toBe("1");
  expect((await phone.status()).pendingLeaves).toBe(1);
  pending = false;
  await phone.sync();
  await expect(phone.view(record)).rejects.toMatchObject({ code: "not-found" });
});

test("a damaged entry is told from a good one, and a damaged meta from none", async () => {
  const { phone, store, options } = await handset();
  await interview(phone, { q1: "1" });
  await interview(phone, { q1: "2" });
  expect(store.damage("log/dv_1/", 0)).toBe(true);
  const again = await Phone.open(options);
  expect((await again.log()).map((e) => [e.seq, e.kept, e.id === ""])).toEqual([[1, false, true], [2, true, false]]);
  store.damage("meta", 0);
  await expect(Phone.open(options)).rejects.toMatchObject({ code: "damaged" });
});

test("rows: what is typed in a row that goes is taken back, and who writes in it wants it", async () => {
  const { phone } = await handset();
  const s = await phone.new("answers", "f", "1", grid);
  const row = s.addRow("members");
  s.set(`${row}/age`, "3");
  s.delRow(row);
  expect(s.changed).toBe(false);
  const kept = s.addRow("members");
  s.set(`${kept}/age`, "4");
  await s.cut();
  s.delRow(kept);
  s.set(`${kept}/age`, "5");
  const c = await s.cut();
  expect([c?.del, c?.set]).toEqual([[], [{ path: `${kept}/age`, value: "5" }]]);
  s.delRow(kept);
  expect((await s.leave())?.del).toEqual([kept]);
});

test("what no server takes never enters the log", async () => {
  const { phone } = await handset();
  const s = await phone.new("answers", "f", "1", grid);
  s.set("q1", "a\u0000b");
  await expect(s.cut()).rejects.toMatchObject({ code: "malformed" });
  s.set("q1", "\ud800");
  await expect(s.cut()).rejects.toSatisfy((err) => codeOf(err) !== "internal");
  s.set("q1", "x".repeat(17 << 10));
  await expect(s.cut()).rejects.toMatchObject({ code: "limit" });
  s.set("q1", "fine");
  expect((await s.cut())?.seq).toBe(1);
});

test("a phone that is nobody's says so", async () => {
  const phone = await Phone.open({ store: new Memory(), keys: new WebKeys(new MemoryCabinet()), transport: new Line(new Office()), now: () => 0, random: (n) => new Uint8Array(n) });
  for (const f of [() => phone.sync(), () => phone.pull(), () => phone.pack("answers"), () => phone.new("answers", "f", "1", grid)]) {
    await expect(f()).rejects.toMatchObject({ code: "unauthenticated" });
  }
  await phone.enrol("code", "n", "p");
  await expect(phone.enrol("code", "n", "p")).rejects.toMatchObject({ code: "conflict" });
  await expect(phone.pack("answers")).resolves.toBeUndefined();
});
