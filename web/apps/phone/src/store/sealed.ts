import { type Bytes, compare, decode, encode, hex } from "@ruhu/merge";
import type { Step, Store } from "@ruhu/sync";
import Dexie from "dexie";
import { PhoneFault } from "../app/fault.ts";
import type { Sealer } from "../vault/sealer.ts";
import { type EntryRow, guarded, type NameRow, type PackRow, type PartRow, type WorkerDatabase } from "./database.ts";
import type { LockManager } from "./locks.ts";

/** Larger things are sealed in parts of this size: an upload reads them one by one. */
export const partBytes = 256 << 10;

/** What is known of something larger without reading it. */
interface Named {
  readonly id: string;
  readonly key: string;
  readonly size: number;
  /** Tells the parts of one writing from those of another. */
  readonly gen: string;
}

/** A step as rows, sealed before its transaction begins. */
interface Rows {
  entries: EntryRow[];
  dropEntries: string[];
  names: NameRow[];
  named: Named[];
  dropNames: { id: string; key: string }[];
  parts: PartRow[];
  packs: PackRow[];
  dropPacks: string[];
  groups: { id: string; prefix: string }[];
}

/**
 * The store of one worker's phone: entries of @ruhu/sync, what the app keeps with records ("app/<record>/…"), what it keeps besides
 * ("lib/…"), and packs for the server ("pack/…"), each step one strict transaction. Everything is sealed before the transaction and
 * unsealed after it. Several on one database are several tabs.
 */
export class SealedStore implements Store {
  readonly #db: WorkerDatabase;
  readonly #sealer: Sealer;
  readonly #locks: LockManager;
  #seen = { entries: -1, names: -1 };
  /** Of all names, as of #seen.names. */
  #named = new Map<string, Named>();

  constructor(db: WorkerDatabase, sealer: Sealer, locks: LockManager) {
    this.#db = db;
    this.#sealer = sealer;
    this.#locks = locks;
  }

  async load(visit: (key: string, value: Bytes | null) => void): Promise<void> {
    const db = this.#db;
    const read = await guarded("load phone", () =>
      db.transaction("r", [db.entries, db.names, db.counters], async () => ({ seen: await this.#counters(), entries: await db.entries.toArray(), names: await db.names.toArray() })),
    );
    const named = await this.#readNames(read.names);
    for (let at = 0; at < read.entries.length; at += 256) {
      const opened = await Promise.all(read.entries.slice(at, at + 256).map((r) => this.#openEntry(r)));
      // One that does not open has lost its name too: it is left out, and the phone notices what is missing.
      for (const e of opened) if (e) visit(e.key, e.value);
    }
    this.#seen = read.seen;
    this.#named = named;
  }

  async get(key: string): Promise<Bytes | null | undefined> {
    const [db, id] = [this.#db, await this.#sealer.id(key)];
    if (!isNamed(key)) {
      const row = await guarded("read", () => db.entries.get(id));
      return row && ((await this.#openEntry(row))?.value ?? null);
    }
    const read = await guarded("read", () =>
      db.transaction("r", [db.names, db.parts], async () => ({ name: await db.names.get(id), parts: await this.#parts(id).toArray() })),
    );
    if (!read.name) return undefined;
    const named = await this.#readName(read.name);
    if (!named || named.key !== key || read.parts.length !== countParts(named.size)) return null;
    const out = new Uint8Array(named.size);
    for (const p of read.parts) {
      const plain = await this.#sealer.unseal(partPlace(named, p.n), p.v);
      if (!plain || p.n * partBytes + plain.length > named.size) return null;
      out.set(plain, p.n * partBytes);
    }
    return out;
  }

  /** A piece of something larger; null where it is damaged, undefined where it is gone. */
  async slice(key: string, from: number, to: number): Promise<Bytes | null | undefined> {
    const [db, id] = [this.#db, await this.#sealer.id(key)];
    const [first, last] = [Math.floor(from / partBytes), Math.max(Math.floor((to - 1) / partBytes), 0)];
    const read = await guarded("read", () =>
      db.transaction("r", [db.names, db.parts], async () => ({
        name: await db.names.get(id), parts: await db.parts.where("[id+n]").between([id, first], [id, last], true, true).toArray(),
      })),
    );
    if (!read.name) return undefined;
    const named = await this.#readName(read.name);
    if (!named || to > named.size || read.parts.length !== last - first + 1) return null;
    const out = new Uint8Array(to - from);
    for (const p of read.parts) {
      const plain = await this.#sealer.unseal(partPlace(named, p.n), p.v);
      if (!plain) return null;
      const at = p.n * partBytes;
      const cut = plain.subarray(Math.max(from - at, 0), Math.max(to - at, 0));
      out.set(cut, Math.max(at - from, 0));
    }
    return out;
  }

  async keys(prefix: string): Promise<string[]> {
    await this.changed();
    return this.keysNow(prefix);
  }

  /** The same as of the last changed(), at once. */
  keysNow(prefix: string): string[] {
    return [...this.#named.keys()].filter((key) => key.startsWith(prefix)).sort(compare);
  }

  /** Bytes of something larger; undefined where it is not there, as of the last changed(). */
  sizeNow(key: string): number | undefined {
    return this.#named.get(key)?.size;
  }

  async changed(): Promise<boolean> {
    const db = this.#db;
    const now = await guarded("look", () => db.transaction("r", db.counters, () => this.#counters()));
    if (now.names !== this.#seen.names) {
      const read = await guarded("look", () =>
        db.transaction("r", [db.names, db.counters], async () => ({ seen: await this.#counters(), names: await db.names.toArray() })),
      );
      this.#named = await this.#readNames(read.names);
      this.#seen.names = read.seen.names;
    }
    return now.entries !== this.#seen.entries;
  }

  hold<T>(what: "step" | "flow", f: () => Promise<T>): Promise<T> {
    return this.#locks.request(`${this.#db.name}/${what}`, {}, f);
  }

  /** Puts or deletes what the app keeps outside of a form: keys under "lib/" and "app/". Codes: storage-full, storage-failed. */
  async write(entries: ReadonlyMap<string, Bytes | null>): Promise<void> {
    for (const key of entries.keys()) if (!isNamed(key)) throw new TypeError(`key ${key} is not the app's`);
    await this.commit({ entries, dropUnder: [], shred: false });
  }

  async commit(step: Step): Promise<void> {
    const db = this.#db;
    const rows = await this.#rows(step);
    const bumps = {
      entries: rows.entries.length + rows.dropEntries.length > 0,
      names: rows.names.length + rows.dropNames.length > 0 || rows.groups.some((g) => isNamed(g.prefix)),
    };
    const before = await guarded("save", () =>
      db.transaction("rw", [db.entries, db.names, db.parts, db.packs, db.counters], async () => {
        const kept = new Set(rows.names.map((n) => n.id));
        for (const g of rows.groups) {
          if (isNamed(g.prefix)) {
            const ids = await db.names.where("group").equals(g.id).primaryKeys();
            const gone = ids.filter((id) => !kept.has(id));
            for (const id of gone) await this.#parts(id).delete();
            await db.names.bulkDelete(gone);
          } else {
            await db.packs.where("group").equals(g.id).delete();
          }
        }
        for (const { id } of [...rows.dropNames, ...rows.names]) await this.#parts(id).delete();
        await db.names.bulkDelete(rows.dropNames.map((n) => n.id));
        await db.entries.bulkDelete(rows.dropEntries);
        await db.packs.bulkDelete(rows.dropPacks);
        await db.names.bulkPut(rows.names);
        await db.parts.bulkPut(rows.parts);
        await db.entries.bulkPut(rows.entries);
        await db.packs.bulkPut(rows.packs);
        const before = await this.#counters();
        if (bumps.entries) await db.counters.put({ id: "entries", n: before.entries + 1 });
        if (bumps.names) await db.counters.put({ id: "names", n: before.names + 1 });
        return before;
      }),
    );
    if (bumps.entries && before.entries === this.#seen.entries) this.#seen.entries++;
    if (bumps.names && before.names === this.#seen.names) {
      this.#seen.names++;
      for (const key of [...this.#named.keys()]) if (rows.groups.some((g) => key.startsWith(g.prefix))) this.#named.delete(key);
      for (const { key } of rows.dropNames) this.#named.delete(key);
      for (const n of rows.named) this.#named.set(n.key, n);
    }
  }

  async #rows(step: Step): Promise<Rows> {
    const s = this.#sealer;
    const out: Rows = { entries: [], dropEntries: [], names: [], named: [], dropNames: [], parts: [], packs: [], dropPacks: [], groups: [] };
    for (const prefix of step.dropUnder) out.groups.push({ id: await s.id(groupPrefix(prefix)), prefix });
    for (const [key, value] of step.entries) {
      const id = await s.id(key);
      if (key.startsWith("pack/")) {
        const log = key.split("/", 2).join("/");
        if (value) out.packs.push({ id, group: await s.id(groupOf(key)), log: await s.id(log), n: Number(key.slice(key.lastIndexOf("/") + 1)), v: value });
        else out.dropPacks.push(id);
      } else if (isNamed(key)) {
        if (value) await this.#splitInto(out, { id, key, size: value.length, gen: hex(crypto.getRandomValues(new Uint8Array(8))) }, value);
        else out.dropNames.push({ id, key });
      } else if (value) {
        out.entries.push({ id, v: await s.seal(`entries/${id}`, joinEntry(key, value)) });
      } else {
        out.dropEntries.push(id);
      }
    }
    return out;
  }

  async #splitInto(out: Rows, named: Named, value: Bytes): Promise<void> {
    const { id, key, size, gen } = named;
    out.named.push(named);
    out.names.push({ id, group: await this.#sealer.id(groupOf(key)), v: await this.#sealer.seal(`names/${id}`, encode(JSON.stringify({ key, size, gen }))) });
    for (let n = 0; n < countParts(size); n++) {
      out.parts.push({ id, n, v: await this.#sealer.seal(partPlace(named, n), value.subarray(n * partBytes, (n + 1) * partBytes)) });
    }
  }

  /** In a transaction on counters. */
  async #counters(): Promise<{ entries: number; names: number }> {
    const [entries, names] = await this.#db.counters.bulkGet(["entries", "names"]);
    return { entries: entries?.n ?? 0, names: names?.n ?? 0 };
  }

  #parts(id: string): Dexie.Collection<PartRow, [string, number]> {
    return this.#db.parts.where("[id+n]").between([id, Dexie.minKey], [id, Dexie.maxKey]);
  }

  async #openEntry(row: EntryRow): Promise<{ key: string; value: Bytes } | undefined> {
    const plain = await this.#sealer.unseal(`entries/${row.id}`, row.v);
    return plain ? splitEntry(plain) : undefined;
  }

  async #readName(row: NameRow): Promise<Named | undefined> {
    const plain = await this.#sealer.unseal(`names/${row.id}`, row.v);
    return plain ? { ...(JSON.parse(decode(plain) ?? "null") as Omit<Named, "id">), id: row.id } : undefined;
  }

  async #readNames(rows: readonly NameRow[]): Promise<Map<string, Named>> {
    const out = new Map<string, Named>();
    for (let at = 0; at < rows.length; at += 256) {
      for (const n of await Promise.all(rows.slice(at, at + 256).map((r) => this.#readName(r)))) if (n?.key !== undefined) out.set(n.key, n);
    }
    return out;
  }
}

function isNamed(key: string): boolean {
  return key.startsWith("app/") || key.startsWith("lib/");
}

function countParts(size: number): number {
  return Math.ceil(size / partBytes);
}

function partPlace(n: Named, part: number): string {
  return `parts/${n.id}/${n.gen}/${part}/${countParts(n.size)}`;
}

/** What a key is deleted with: its record, its log. */
function groupOf(key: string): string {
  const parts = key.split("/");
  if (key.startsWith("app/")) return `${parts[0]}/${parts[1]}/`;
  return key.slice(0, key.lastIndexOf("/") + 1);
}

function groupPrefix(prefix: string): string {
  if (!prefix.endsWith("/") || groupOf(prefix) !== prefix || !/^(app|pack)\//.test(prefix)) throw new TypeError(`${prefix} is nothing that is deleted together`);
  return prefix;
}

/** Name and value together: length of the name (2 bytes), name, value. */
function joinEntry(key: string, value: Bytes): Bytes {
  const name = encode(key);
  if (name.length > 0xffff) throw new PhoneFault("storage-failed", "save");
  const out = new Uint8Array(2 + name.length + value.length);
  out.set([name.length >> 8, name.length & 0xff]);
  out.set(name, 2);
  out.set(value, 2 + name.length);
  return out;
}

function splitEntry(plain: Bytes): { key: string; value: Bytes } | undefined {
  const end = 2 + ((plain[0] ?? 0) << 8) + (plain[1] ?? 0);
  const key = end <= plain.length ? decode(plain.subarray(2, end)) : undefined;
  return key === undefined ? undefined : { key, value: plain.slice(end) };
}
