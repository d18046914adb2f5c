import { type ChangeSet, Coded, limits, State, tryDecode } from "@ruhu/merge";
import { Changes, itemID } from "./changes.ts";
import { escrow } from "./escrow.ts";
import { intact, Log } from "./log.ts";
import {
  type BaseCopy, type Draft, type Entry, type ErasedMark, type Item, isVoid, keyItem, keyMeta, makeStub, type Meta, newEntry, noMeta, pack, stateOf, type Stream,
  typed, unpack, unpackDraft,
} from "./model.ts";
import type { Options } from "./ports.ts";

/**
 * The effective time that own sets have on the phone until a pull brings the server's word: own unsent writes count as
 * newest.
 */
export const newest = limits.maxSafe;

/** What a phone has in memory, and how it comes from and goes to its store. Everything is done within step or read. */
export class Core {
  readonly o: Options;
  meta: Meta = noMeta();
  logs: Log[] = [];
  bases = new Map<string, BaseCopy>();
  drafts = new Map<string, Draft>();
  erased = new Map<string, ErasedMark>();
  items = new Map<string, Item>();
  /** Records whose view has ended while own sets are still kept. */
  left = new Set<string>();
  /** Drafts with an open form in this context: what is typed there is newer than the store. */
  readonly open = new Map<string, Draft>();
  /** Entries whose pack for the server is stored, and the devices that may have packs of drafts. See escrow. */
  readonly escrowed = new WeakSet<Entry>();
  readonly draftPacks = new Set<string>();
  /** Opened and not yet compared with the server: the store may be that of another time. */
  fresh = true;
  /** Change sets in the next push; small on a bad link. */
  batch: number;
  /** Memory is not what the store says: load before anything else. */
  #stale = true;

  constructor(o: Options) {
    this.o = o;
    this.batch = this.maxLines;
  }

  get maxLines(): number {
    return this.o.maxLines !== undefined && this.o.maxLines > 0 ? this.o.maxLines : 400;
  }

  now(): number {
    return this.o.now();
  }

  /**
   * One step: f begins its changes, changes memory, commits, and nobody else does meanwhile. After a throw between begin and the
   * end of the step memory is loaded again: it may be neither what was nor what is stored.
   */
  step<T>(f: () => Promise<T>): Promise<T> {
    return this.o.store.hold("step", async () => {
      await this.#refresh();
      const result = await f();
      this.#stale = false;
      return result;
    });
  }

  /** Begins changes: to be called in a step, before memory is changed. */
  begin(): Changes {
    this.#stale = true;
    return new Changes();
  }

  /** Reads memory as of the last step. */
  read<T>(f: () => T): Promise<T> {
    return this.o.store.hold("step", async () => {
      await this.#refresh();
      return f();
    });
  }

  async #refresh(): Promise<void> {
    if (!this.#stale && !(await this.o.store.changed())) return;
    this.#stale = true;
    await this.#load();
    this.#stale = false;
  }

  /** Makes a step durable. */
  async commit(ch: Changes): Promise<void> {
    this.meta.logs = this.logs.map((l) => l.meta);
    ch.put(keyMeta, () => pack(this.meta));
    try {
      await escrow(this, ch);
      await this.o.store.commit({ entries: ch.entries(), dropUnder: [...ch.dropUnder], shred: ch.shred });
    } catch (err) {
      throw err instanceof Coded ? err : new Coded("internal", "save on phone", err instanceof Error ? err.message : String(err), err);
    }
  }

  /**
   * Reads everything anew. An entry of a log that cannot be read any more is kept as damaged and declared void; a damaged copy,
   * item, marker or draft is dropped, all but the last come again with the next pull from zero.
   */
  async #load(): Promise<void> {
    this.meta = noMeta();
    this.logs = [];
    this.bases = new Map();
    this.drafts = new Map();
    this.erased = new Map();
    this.items = new Map();
    this.left = new Set();
    const entries = new Map<string, Entry[]>();
    let damaged = false;
    await this.o.store.load((key, value) => {
      const cut = key.indexOf("/");
      const [part, rest] = cut < 0 ? [key, ""] : [key.slice(0, cut), key.slice(cut + 1)];
      switch (part) {
        case keyMeta: {
          const m = unpack<Meta>(value, (v) => Array.isArray(v.logs));
          if (!m) throw new Coded("damaged", "load phone", "the phone's own data cannot be read");
          this.meta = { ...noMeta(), ...m };
          break;
        }
        case "log": {
          const [device = "", digits = ""] = rest.split("/");
          const e = loadEntry(value, Number(digits));
          const list = entries.get(device);
          if (list) list.push(e);
          else entries.set(device, [e]);
          break;
        }
        case "copy": {
          const c = unpack<BaseCopy>(value, (v) => v.record === rest && (v.state === "" || stateOf(v) !== undefined));
          if (c) this.bases.set(rest, c);
          else damaged = true;
          break;
        }
        case "draft": {
          const d = unpackDraft(value, rest);
          if (d) this.drafts.set(rest, d);
          break;
        }
        case "left":
          this.left.add(rest);
          break;
        case "erased": {
          const m = unpack<ErasedMark>(value, (v) => v.record === rest && Array.isArray(v.pending));
          if (m) this.erased.set(rest, m);
          else damaged = true;
          break;
        }
        case "item": {
          const i = unpack<Item>(value, (v) => keyItem(v.kind, itemID(v)) === key);
          if (i) this.items.set(key, i);
          else damaged = true;
          break;
        }
      }
    });
    this.logs = this.meta.logs.map((m) => new Log(m, gapless(entries.get(m.device) ?? [])));
    for (const l of this.logs) {
      for (const e of l.entries) if (e.line !== undefined) this.escrowed.add(e);
      this.draftPacks.add(l.device);
    }
    if (damaged) {
      this.meta.cursor = "";
      this.meta.complete = false;
    }
    this.#keepOpen();
    this.bind();
  }

  /** Open forms keep what was typed; screen and ctx are those of the store, which another tab may have renamed. */
  #keepOpen(): void {
    for (const [record, d] of [...this.open]) {
      const stored = this.drafts.get(record);
      if (!stored) {
        this.open.delete(record);
        continue;
      }
      const { set, add, del } = d;
      Object.assign(d, stored, { set, add, del });
      this.drafts.set(record, d);
    }
  }

  /** Tells the transport who the phone is. */
  bind(): void {
    const [a, r] = [this.current("answers"), this.current("registry")];
    if (!a || !r) return;
    this.o.transport.bind({ device: a.device, registryDevice: r.device, certificate: this.meta.certificate, key: a.meta.key });
  }

  /** The log that writes of a stream go to. */
  current(s: Stream): Log | undefined {
    return [...this.logs].reverse().find((l) => l.meta.stream === s && !l.meta.former);
  }

  /** The log of a device: found anew, because a failed commit loads all of them again. */
  byDevice(device: string): Log | undefined {
    return this.logs.find((l) => l.device === device);
  }

  /** base with the phone's own sets that base does not cover applied on top, and those sets. */
  overlay(record: string): { state: State; own: ChangeSet[] } {
    const state = stateOf(this.bases.get(record))?.clone() ?? new State();
    const own: ChangeSet[] = [];
    for (const l of this.logs) {
      for (const e of l.entries) {
        if (e.record !== record || e.line === undefined || isVoid(e) || state.vv.covers({ device: l.device, seq: e.seq })) continue;
        const c = tryDecode(e.line); // undefined: cut by an older program under other limits; the server says what it thinks of it
        if (!c) continue;
        state.apply(c, newest);
        own.push(c);
      }
    }
    return { state, own };
  }

  /** The records on which own work is not yet acknowledged: drafts with something typed, sets, files. */
  busyRecords(): Set<string> {
    const out = new Set<string>();
    for (const d of this.drafts.values()) if (typed(d)) out.add(d.record);
    for (const l of this.logs) for (const e of l.entries) if (!e.acked) out.add(e.record);
    if (this.o.filesPending) for (const record of this.bases.keys()) if (this.o.filesPending(record)) out.add(record);
    return out;
  }

  /** Whether the time is past until which the phone may hold the answers of a copy, by the server's clock as far as known. */
  over(c: BaseCopy): boolean {
    return c.state !== "" && c.until > 0 && this.now() + this.meta.offset >= c.until;
  }

  /** The copy of a record; a stub from the moment its time is over, which is saved with the next step. */
  base(record: string): BaseCopy | undefined {
    const c = this.bases.get(record);
    if (c && this.over(c) && !this.busyRecords().has(record)) {
      makeStub(c);
      c.stub = true;
    }
    return c;
  }
}

function loadEntry(value: Parameters<typeof unpack>[0], seq: number): Entry {
  const e = unpack<Entry>(value, (v) => v.seq === seq);
  if (!e) return newEntry(seq, { why: "damaged" });
  if (intact(e)) return e;
  return { ...e, line: undefined, why: "damaged" }; // the text is not what was cut
}

/** Entries in order of seq; one that is gone altogether is there without anything. */
function gapless(entries: Entry[]): Entry[] {
  const bySeq = new Map(entries.map((e) => [e.seq, e]));
  const last = Math.max(0, ...bySeq.keys());
  return Array.from({ length: last }, (_, i) => bySeq.get(i + 1) ?? newEntry(i + 1));
}
