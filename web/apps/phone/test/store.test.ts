import { bytes, expectFault, fullDisk, newSlot, sealed } from "./disk.ts";
import { type Bytes } from "@ruhu/merge";
import { type Step } from "@ruhu/sync";
import { expect, test } from "vitest";
import { opened, type Version, versions, WorkerDatabase } from "../src/store/database.ts";
import { ContextLocks } from "../src/store/locks.ts";
import { partBytes, SealedStore } from "../src/store/sealed.ts";

function step(entries: Record<string, string | Bytes | null>, dropUnder: string[] = []): Step {
  return { entries: new Map(Object.entries(entries).map(([key, v]) => [key, typeof v === "string" ? bytes(v) : v])), dropUnder, shred: false };
}

async function all(store: SealedStore): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  await store.load((key, v) => (out[key] = v ? new TextDecoder().decode(v) : "damaged"));
  return out;
}

async function text(store: SealedStore, key: string): Promise<string | null | undefined> {
  const v = await store.get(key);
  return v && new TextDecoder().decode(v);
}

test("what was committed is there after a restart, what was deleted is not", async () => {
  const a = await sealed();
  await a.store.commit(step({ meta: "{}", "log/dv_1/0000000000000001": "一", "app/r1/draft": "<data/>", "lib/form/f/1": "xml" }));
  await a.store.commit(step({ "log/dv_1/0000000000000001": null, "copy/r1": "状态" }));
  a.db.close();
  const b = await sealed(a.slot);
  expect(await all(b.store)).toEqual({ meta: "{}", "copy/r1": "状态" });
  expect(await text(b.store, "app/r1/draft")).toBe("<data/>");
  expect(await text(b.store, "copy/r1")).toBe("状态");
  expect(await b.store.get("copy/r2")).toBeUndefined();
  expect(await b.store.get("app/r9/x")).toBeUndefined();
  expect(await b.store.keys("")).toEqual(["app/r1/draft", "lib/form/f/1"]);
});

test("a record's own goes with it, all but what the same step puts, and nobody else's", async () => {
  const { store, db } = await sealed();
  await store.commit(step({ "app/r1/draft": "1", "app/r1/file/a.jpg": new Uint8Array(partBytes * 2 + 7), "app/r2/draft": "2", "lib/x": "3" }));
  expect(await db.parts.count()).toBe(6);
  await store.commit(step({ "app/r1/note": "4" }, ["app/r1/"]));
  expect(await store.keys("")).toEqual(["app/r1/note", "app/r2/draft", "lib/x"]);
  expect(await db.parts.count()).toBe(3);
  await expect(store.commit(step({}, ["app/"]))).rejects.toThrow(TypeError);
  await expect(store.write(new Map([["meta", bytes("x")]]))).rejects.toThrow(TypeError);
});

test("packs are kept as they are, in order of their log, and dropped together", async () => {
  const { store, db } = await sealed();
  await store.commit(step({ "pack/dv_1/0000000000000002": "b", "pack/dv_1/0000000000000001": "a", "pack/dv_1/draft/0000000000000003": "c" }));
  expect((await db.packs.toArray()).sort((x, y) => x.n - y.n).map((p) => new TextDecoder().decode(p.v))).toEqual(["a", "b", "c"]);
  await store.commit(step({ "pack/dv_1/draft/0000000000000003": "d", "pack/dv_1/0000000000000001": null }, ["pack/dv_1/draft/"]));
  expect((await db.packs.toArray()).map((p) => new TextDecoder().decode(p.v)).sort()).toEqual(["b", "d"]);
  expect(await all(store)).toEqual({});
  expect(JSON.stringify(await db.packs.toArray())).not.toContain("dv_1");
});

test("large things come in parts, and pieces of them can be read", async () => {
  const { store } = await sealed();
  const big = new Uint8Array(3 * partBytes + 12345).map((_, i) => (i * 31) ^ (i >> 8));
  await store.write(new Map([["app/r/file/a", big], ["app/r/file/none", new Uint8Array(0)]]));
  const same = (a: Bytes | null | undefined, b: Bytes): boolean => a instanceof Uint8Array && Buffer.compare(a, b) === 0;
  expect(same(await store.get("app/r/file/a"), big)).toBe(true);
  expect(await store.get("app/r/file/none")).toEqual(new Uint8Array(0));
  expect(store.sizeNow("app/r/file/a")).toBeUndefined();
  await store.changed();
  expect(store.sizeNow("app/r/file/a")).toBe(big.length);
  for (const [from, to] of [[0, 1], [partBytes - 1, partBytes + 1], [5, 3 * partBytes], [3 * partBytes, big.length], [big.length - 1, big.length]] as const) {
    expect(same(await store.slice("app/r/file/a", from, to), big.slice(from, to)), `${from}-${to}`).toBe(true);
  }
  expect(await store.slice("app/r/file/a", 0, big.length + 1)).toBeNull();
  expect(await store.slice("app/r/file/b", 0, 1)).toBeUndefined();
  await store.write(new Map([["app/r/file/a", bytes("shorter")]]));
  expect(await text(store, "app/r/file/a")).toBe("shorter");
});

test("rows that were bent, swapped or cut off are noticed and nothing else suffers", async () => {
  const { store, db, sealer } = await sealed();
  await store.commit(step({ meta: "m", "copy/a": "A", "copy/b": "B", "app/r/x": "xx", "app/r/y": new Uint8Array(2 * partBytes) }));
  const [a, b] = await Promise.all([sealer.id("copy/a"), sealer.id("copy/b")]);
  const [rowA, rowB] = await Promise.all([db.entries.get(a), db.entries.get(b)]);
  await db.entries.put({ id: a, v: rowB!.v });
  await db.entries.put({ id: b, v: rowA!.v });
  expect(await all(store)).toEqual({ meta: "m" });
  expect(await store.get("copy/a")).toBeNull();
  await db.entries.put(rowA!);
  expect(await all(store)).toEqual({ meta: "m", "copy/a": "A" });
  const y = await sealer.id("app/r/y");
  const part = (await db.parts.get([y, 0]))!;
  await db.parts.put({ ...part, n: 1 });
  expect(await store.get("app/r/y")).toBeNull();
  await db.parts.delete([y, 1]);
  expect(await store.get("app/r/y")).toBeNull();
  expect(await store.slice("app/r/y", partBytes, partBytes + 1)).toBeNull();
  expect(await text(store, "app/r/x")).toBe("xx");
});

test("two tabs hear of each other's commits, files by themselves too", async () => {
  const a = await sealed();
  const b = await sealed(a.slot, a.locks);
  await all(a.store);
  await all(b.store);
  await a.store.commit(step({ meta: "1" }));
  expect(await a.store.changed()).toBe(false);
  expect(await b.store.changed()).toBe(true);
  expect(await all(b.store)).toEqual({ meta: "1" });
  expect(await b.store.changed()).toBe(false);
  await a.store.write(new Map([["app/r/file/x", bytes("photo")]]));
  expect(b.store.keysNow("app/")).toEqual([]);
  expect(await b.store.changed()).toBe(false); // a photo is no reason to load a phone again
  expect(b.store.keysNow("app/")).toEqual(["app/r/file/x"]);
  await b.store.commit(step({ meta: "2" }, ["app/r/"]));
  expect(await a.store.changed()).toBe(true);
  expect(a.store.keysNow("app/")).toEqual([]);
});

test("a full disk says so, and nothing of the step is there", async () => {
  const { store, db } = await sealed();
  await store.commit(step({ meta: "1", "app/r/draft": "old" }));
  for (const after of [0, 1, 2, 3]) {
    const empty = fullDisk(after);
    try {
      await expectFault(store.commit(step({ meta: "2", "copy/a": "A", "app/r/draft": "new", "app/r/file/x": "photo" })), "storage-full");
    } finally {
      empty();
    }
    expect(await all(store)).toEqual({ meta: "1" });
    expect(await text(store, "app/r/draft")).toBe("old");
    expect(await store.keys("")).toEqual(["app/r/draft"]);
    expect(await db.parts.count()).toBe(1);
  }
  await store.commit(step({ meta: "2", "app/r/draft": "new" }));
  expect(await text(store, "app/r/draft")).toBe("new");
});

test("a locked store says so before it touches anything", async () => {
  const { store, sealer, db } = await sealed();
  await store.commit(step({ meta: "1" }));
  sealer.drop();
  await expectFault(store.commit(step({ meta: "2" })), "locked");
  await expectFault(store.get("meta"), "locked");
  await expectFault(all(store), "locked");
  expect(await db.entries.count()).toBe(1);
});

test("a database that the browser closed is a fault with words", async () => {
  const { store, db } = await sealed();
  db.close();
  await expectFault(store.commit(step({ meta: "1" })), "storage-failed");
});

test("a newer version of the schema takes everything over, in one go or not at all; an older program leaves it alone", async () => {
  const { slot, db, store } = await sealed();
  await store.commit(step({ meta: "1", "app/r/draft": "<data/>" }));
  db.close();
  const next: Version = {
    n: versions.at(-1)!.n + 1,
    tables: { seals: "id" },
    upgrade: (table) => table("entries").toArray().then((rows) => table("seals").bulkPut(rows.map((r: { id: string }) => ({ id: r.id, of: 1 })))).then(() => undefined),
  };
  const failing: Version = { ...next, upgrade: (t) => next.upgrade!(t).then(() => Promise.reject(new Error("killed in the middle"))) };
  await expect(opened(new WorkerDatabase(slot, [...versions, failing]))).rejects.toThrow();
  const before = await sealed(slot);
  expect(before.db.verno).toBe(1);
  expect(await all(before.store)).toEqual({ meta: "1" });
  before.db.close();
  const newer = await opened(new WorkerDatabase(slot, [...versions, next]));
  expect(await newer.table("seals").count()).toBe(1);
  expect(await newer.entries.count()).toBe(1);
  newer.close();
  await expectFault(opened(new WorkerDatabase(slot)), "storage-failed");
  const again = await opened(new WorkerDatabase(slot, [...versions, next]));
  expect(await again.table("seals").count()).toBe(1);
  again.close();
});

test("steps wait for each other, over tabs, and a stolen lock is lost", async () => {
  const locks = new ContextLocks();
  const a = await sealed(newSlot(), locks);
  const b = await sealed(a.slot, locks);
  const order: string[] = [];
  let release = (): void => undefined;
  const first = a.store.hold("step", () => new Promise<void>((resolve) => (release = resolve)).then(() => void order.push("a")));
  const second = b.store.hold("step", () => Promise.resolve(void order.push("b")));
  const other = b.store.hold("flow", () => Promise.resolve(void order.push("flow")));
  await other;
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(["flow", "a", "b"]);
  const held = locks.request("draft", {}, () => new Promise<never>(() => undefined));
  expect(await locks.request("draft", { ifAvailable: true }, (lock) => Promise.resolve(lock))).toBeNull();
  const stolen = locks.request("draft", { steal: true }, () => Promise.resolve("mine"));
  await expect(held).rejects.toMatchObject({ name: "AbortError" });
  expect(await stolen).toBe("mine");
  const gaveUp = new AbortController();
  void locks.request("draft", {}, () => new Promise<never>(() => undefined)).catch(() => undefined);
  const waiting = locks.request("draft", { signal: gaveUp.signal }, () => Promise.resolve("never"));
  gaveUp.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
