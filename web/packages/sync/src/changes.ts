import type { Bytes } from "@ruhu/merge";
import type { Log } from "./log.ts";
import {
  type BaseCopy, type Draft, type Entry, type ErasedMark, type Item, keyApp, keyCopy, keyDraft, keyEntry, keyErased, keyItem, keyLeft, pack, packDraft,
} from "./model.ts";

/** Gathers what one step writes. What is put is as it is at the end of the step. */
export class Changes {
  readonly #put = new Map<string, (() => Bytes) | null>();
  readonly dropUnder = new Set<string>();
  /** The step deletes words for good. */
  shred = false;
  /** Entries of logs that were written. */
  readonly touched: [Log, Entry][] = [];

  put(key: string, value: () => Bytes): void {
    this.#put.set(key, value);
  }

  drop(key: string): void {
    this.#put.set(key, null);
  }

  /** Whether a key that begins so is put or dropped. */
  writes(prefix: string): boolean {
    return [...this.#put.keys()].some((key) => key.startsWith(prefix));
  }

  entry(l: Log, e: Entry): void {
    this.touched.push([l, e]);
    this.put(keyEntry(l.device, e.seq), () => pack(e));
  }

  copy(c: BaseCopy): void {
    this.put(keyCopy(c.record), () => pack(c));
  }

  draft(d: Draft): void {
    this.put(keyDraft(d.record), () => packDraft(d));
  }

  erased(m: ErasedMark): void {
    this.put(keyErased(m.record), () => pack(m));
  }

  item(i: Item): void {
    this.put(keyItem(i.kind, itemID(i)), () => pack(i));
  }

  left(record: string): void {
    this.put(keyLeft(record), () => pack({ record }));
  }

  /** Deletes what the application keeps of a record. */
  dropApp(record: string): void {
    this.dropUnder.add(keyApp(record));
  }

  /** Adds what the application writes in the same step. Keys lie under "app/". */
  add(extra: ReadonlyMap<string, Bytes | null> | undefined): void {
    for (const [key, value] of extra ?? []) {
      if (!key.startsWith("app/")) throw new TypeError(`key ${key} is not the application's`);
      if (value) this.put(key, () => value);
      else this.drop(key);
    }
  }

  entries(): Map<string, Bytes | null> {
    return new Map([...this.#put].map(([key, value]) => [key, value ? value() : null]));
  }
}

/** Under which an item is kept: forms by id and version. */
export function itemID(i: { kind: string; id: string; version: string }): string {
  return i.kind === "form" ? `${i.id}/${i.version}` : i.id;
}
