import type { Bytes } from "@ruhu/merge";
import Dexie, { type DexieOptions, type Table } from "dexie";
import { PhoneFault } from "../app/fault.ts";
import type { VaultRow } from "../vault/vault.ts";

// Two kinds of databases. "ruhu" is the phone's: which stores there are, language and text size. "ruhu-<slot>" is one worker's, and
// everything in it that was typed or received is sealed; its columns are random or HMACs.

/** A value, sealed together with its name for its place. */
export interface EntryRow {
  /** HMAC of the name. */
  readonly id: string;
  readonly v: Bytes;
}

/** The name of something larger, sealed with its length. */
export interface NameRow {
  readonly id: string;
  /** HMAC of what it is deleted with. */
  readonly group: string;
  readonly v: Bytes;
}

/** A part of it, sealed for its place. */
export interface PartRow {
  readonly id: string;
  readonly n: number;
  readonly v: Bytes;
}

/** What is sealed for the server alone. */
export interface PackRow {
  readonly id: string;
  readonly group: string;
  /** HMAC of the log it is of. */
  readonly log: string;
  /** Its place there. */
  readonly n: number;
  readonly v: Bytes;
}

export interface CounterRow {
  readonly id: "entries" | "names";
  readonly n: number;
}

export interface KeyRow {
  readonly name: string;
  readonly pair: CryptoKeyPair;
}

/** A step in the life of a schema: what tables there are from then on, and what becomes of the rows that are there. */
export interface Version {
  readonly n: number;
  readonly tables: Readonly<Record<string, string | null>>;
  /** Runs in the transaction of the upgrade: all of it or nothing. It sees sealed rows only, while the phone is locked. */
  readonly upgrade?: (tables: (name: string) => Table) => PromiseLike<void>;
}

/** Every version of a worker's database there ever was. A phone that was off for a year goes through all of them. */
export const versions: readonly Version[] = [
  { n: 1, tables: { vault: "id", keys: "name", entries: "id", names: "id, group", parts: "[id+n]", packs: "id, group", counters: "id" } },
];

/** Every commit is on the disk, not on its way there. */
const strict: DexieOptions = { chromeTransactionDurability: "strict" };

function declare(db: Dexie, list: readonly Version[]): void {
  for (const v of list) {
    const at = db.version(v.n).stores({ ...v.tables });
    if (v.upgrade) at.upgrade((tx) => v.upgrade!((name) => tx.table(name)));
  }
}

/** One worker's database. */
export class WorkerDatabase extends Dexie {
  declare readonly vault: Table<VaultRow, string>;
  declare readonly keys: Table<KeyRow, string>;
  declare readonly entries: Table<EntryRow, string>;
  declare readonly names: Table<NameRow, string>;
  declare readonly parts: Table<PartRow, [string, number]>;
  declare readonly packs: Table<PackRow, string>;
  declare readonly counters: Table<CounterRow, string>;

  constructor(slot: string, list: readonly Version[] = versions) {
    super(databaseName(slot), strict);
    declare(this, list);
  }
}

export function databaseName(slot: string): string {
  return `ruhu-${slot}`;
}

/** Opens a database. Codes: storage-full, storage-failed (a newer version of the app made it; the browser has taken it away). */
export async function opened<D extends Dexie>(db: D): Promise<D> {
  await guarded("open store", () => db.open());
  // Dexie opens what a later version made as if it were its own.
  if (db.backendDB().version > Math.round(db.verno * 10)) {
    db.close();
    throw new PhoneFault("storage-failed", "open store", { why: "a newer version of the app made it" });
  }
  return db;
}

/** f with what the browser's storage says in the phone's words. */
export async function guarded<T>(op: string, f: () => PromiseLike<T>): Promise<T> {
  try {
    return await f();
  } catch (err) {
    throw storageFault(op, err);
  }
}

function storageFault(op: string, err: unknown): unknown {
  if (err instanceof PhoneFault) return err;
  const names: string[] = [];
  const visit = (e: unknown, depth: number): void => {
    if (typeof e !== "object" || e === null || depth > 5) return;
    const { name, inner, cause, failures } = e as { name?: unknown; inner?: unknown; cause?: unknown; failures?: unknown };
    if (typeof name === "string") names.push(name);
    for (const next of [inner, cause, ...(Array.isArray(failures) ? (failures as unknown[]) : [])]) visit(next, depth + 1);
  };
  visit(err, 0);
  if (names.includes("QuotaExceededError")) return new PhoneFault("storage-full", op, {}, err);
  if (err instanceof Dexie.DexieError || err instanceof DOMException) return new PhoneFault("storage-failed", op, { why: names.join(" ") }, err);
  return err;
}
