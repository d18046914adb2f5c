import { type Bytes, compare } from "@ruhu/merge";
import type { Step, Store } from "./ports.ts";

/** What several Memory stores share: a disk. */
class Disk {
  entries = new Map<string, { value: Bytes; sum: number }>();
  commits = 0;
  readonly tails = new Map<string, Promise<unknown>>();
}

/**
 * A Store in memory, for tests and tools. Two on one disk are two tabs: another() gives the second.
 */
export class Memory implements Store {
  readonly #disk: Disk;
  #seen = 0;
  /** Where given, asked before each commit; what it throws is thrown and nothing stored: a full disk, or a crash just then. */
  fail: (() => void) | undefined;
  /** Likewise after each commit: stored, but nobody heard. */
  failAfter: (() => void) | undefined;

  constructor(disk: unknown = new Disk()) {
    if (!(disk instanceof Disk)) throw new TypeError("not a disk");
    this.#disk = disk;
  }

  /** Another tab on the same disk. */
  another(): Memory {
    return new Memory(this.#disk);
  }

  /** A copy as of now: a backup of the phone, or its twin. */
  clone(): Memory {
    const disk = new Disk();
    disk.entries = new Map(this.#disk.entries);
    return new Memory(disk);
  }

  async load(visit: (key: string, value: Bytes | null) => void): Promise<void> {
    await Promise.resolve();
    this.#seen = this.#disk.commits;
    for (const [key, e] of this.#disk.entries) if (!key.startsWith("app/") && !key.startsWith("pack/")) visit(key, checked(e));
  }

  async get(key: string): Promise<Bytes | null | undefined> {
    await Promise.resolve();
    const e = this.#disk.entries.get(key);
    return e && checked(e);
  }

  async keys(prefix: string): Promise<string[]> {
    await Promise.resolve();
    return [...this.#disk.entries.keys()].filter((key) => key.startsWith(prefix)).sort(compare);
  }

  async commit(step: Step): Promise<void> {
    await Promise.resolve();
    this.fail?.();
    for (const key of [...this.#disk.entries.keys()]) if (step.dropUnder.some((p) => key.startsWith(p))) this.#disk.entries.delete(key);
    for (const [key, value] of step.entries) {
      if (value) this.#disk.entries.set(key, { value: value.slice(), sum: sum(value) });
      else this.#disk.entries.delete(key);
    }
    if (this.#seen === this.#disk.commits) this.#seen++;
    this.#disk.commits++;
    this.failAfter?.();
  }

  async changed(): Promise<boolean> {
    await Promise.resolve();
    return this.#seen !== this.#disk.commits;
  }

  hold<T>(what: "step" | "flow", f: () => Promise<T>): Promise<T> {
    const before = this.#disk.tails.get(what) ?? Promise.resolve();
    const mine = before.then(f);
    this.#disk.tails.set(what, mine.catch(() => undefined));
    return mine;
  }

  /** Flips a bit in the value of the n-th entry whose key begins with prefix and reports whether there was one. */
  damage(prefix: string, n: number): boolean {
    const keys = [...this.#disk.entries.keys()].filter((key) => key.startsWith(prefix)).sort(compare);
    const key = keys[n];
    const e = key === undefined ? undefined : this.#disk.entries.get(key);
    if (!e || key === undefined || e.value.length === 0) return false;
    const value = e.value.slice();
    value[value.length >> 1]! ^= 1;
    this.#disk.entries.set(key, { value, sum: e.sum });
    return true;
  }
}

function checked(e: { value: Bytes; sum: number }): Bytes | null {
  return sum(e.value) === e.sum ? e.value.slice() : null;
}

/** FNV-1a: enough to see a flipped bit. */
function sum(b: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const c of b) h = Math.imul(h ^ c, 0x01000193);
  return h;
}
