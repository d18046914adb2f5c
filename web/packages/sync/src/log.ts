import { type Head, type ID, idOf, nextHead, noHead, voidLine } from "@ruhu/merge";
import type { Changes } from "./changes.ts";
import { type Entry, type LogMeta } from "./model.ts";

const nameless: ID = "sha256:" + "0".repeat(64);

/** Everything one device ever wrote, seq 1 first. Entries stay for ever as ids; their text goes when it is safe. */
export class Log {
  readonly meta: LogMeta;
  readonly entries: Entry[];
  /** heads[n] after n entries, as far as computed. */
  readonly #heads: Head[] = [noHead];

  constructor(meta: LogMeta, entries: Entry[] = []) {
    this.meta = meta;
    this.entries = entries;
  }

  get device(): string {
    return this.meta.device;
  }

  get last(): number {
    return this.entries.length;
  }

  at(seq: number): Entry | undefined {
    return this.entries[seq - 1];
  }

  /** The running hash of ids 1 to n. */
  head(n: number): Head {
    while (this.#heads.length <= n) {
      const i = this.#heads.length;
      const id = this.entries[i - 1]!.id;
      this.#heads.push(nextHead(this.#heads[i - 1]!, id === "" ? nameless : id)); // a damaged entry: the heads differ
    }
    return this.#heads[n]!;
  }

  /** Gives an entry the id under which the server has it. */
  rename(e: Entry, id: ID): void {
    e.id = id;
    this.#heads.length = Math.min(this.#heads.length, e.seq);
  }

  /** Forgets what comes after n. */
  cutAfter(n: number): void {
    this.entries.length = Math.min(this.entries.length, n);
    this.#heads.length = Math.min(this.#heads.length, this.entries.length + 1);
  }

  /** The first seq the server is not known to have, last + 1 where it has all. */
  unacked(): number {
    return this.entries.find((e) => !e.acked)?.seq ?? this.last + 1;
  }

  /**
   * The first seq whose id is not known here, because its entry was damaged, last + 1 where all are: up to there the running
   * hash means something.
   */
  nameless(): number {
    return this.entries.find((e) => e.id === "")?.seq ?? this.last + 1;
  }

  /**
   * Whether an entry is to be declared void: the server lacks it, the text is gone, and no declaration stands. One whose
   * beginning was answered as something else stands no longer.
   */
  lost(e: Entry): boolean {
    return e.line === undefined && !e.acked && (e.from === 0 || this.at(e.from)?.from !== e.from);
  }

  /** Notes that the server has 1 to have and nothing beyond. */
  ackUpTo(have: number, ch: Changes): void {
    for (const e of this.entries) this.#setAcked(e, e.seq <= have, ch);
    this.meta.known = true;
  }

  /** Notes that the server has 1 to seq, and leaves what is known of later ones. */
  ack(seq: number, ch: Changes): void {
    for (const e of this.entries.slice(0, seq)) this.#setAcked(e, true, ch);
    this.meta.known = true;
  }

  #setAcked(e: Entry, acked: boolean, ch: Changes): void {
    if (e.acked === acked) return;
    e.acked = acked;
    ch.entry(this, e);
  }

  /** The last set of a record at or below a seq, 0 where there is none. */
  lastOf(record: string, upTo = this.last): number {
    for (let seq = Math.min(upTo, this.last); seq > 0; seq--) if (this.at(seq)!.record === record) return seq;
    return 0;
  }

  /** Whether the text of any set is still here. */
  kept(): boolean {
    return this.entries.some((e) => e.line !== undefined);
  }
}

/** The line that is sent for an entry: its own, or the declaration it belongs to; undefined where there is neither. */
export function lineOf(e: Entry): string | undefined {
  return e.from > 0 && e.why !== "" ? voidLine({ why: e.why, from: e.from, to: e.to }) : e.line;
}

/** Whether the text of an entry is what was cut. */
export function intact(e: Entry): boolean {
  return e.line === undefined || idOf(e.line) === e.id;
}
