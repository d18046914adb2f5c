import { applySet, marksOf } from "./apply.ts";
import { canonicalOf } from "./canonical.ts";
import type { ChangeSet } from "./changeset.ts";
import { checkState } from "./check.ts";
import { compareDots, type Dot, dotKey, VV } from "./dot.ts";
import { enclosingRows, isRecord, pathCovers, rowOf } from "./path.ts";
import { renameState } from "./rename.ts";
import { sha256 } from "./sha256.ts";
import { type Bytes, compare } from "./utf8.ts";

/** One live value at a path; null is "cleared". */
export interface Write extends Dot {
  readonly value: string | null;
}

/** A path with its live writes (siblings), sorted by device, then seq. Replaced, never changed. */
export interface Register {
  readonly path: string;
  readonly siblings: readonly Write[];
}

/** One live "+" or "-" at a row. */
export interface Mark extends Dot {
  readonly minus: boolean;
}

/** The least (effective time, dot) of all "+" ever written at a row. */
export interface Birth extends Dot {
  readonly time: number;
}

/** A repeat row: its live marks sorted by dot, and its birth; none where it only ever saw "-". Replaced, never changed. */
export interface Row {
  readonly path: string;
  readonly marks: readonly Mark[];
  readonly birth?: Birth;
}

/** The path of a record's status. */
export const statusPath = "@status";

/** Orders births: by time, then device, then seq. */
export function compareBirths(a: Birth, b: Birth): number {
  return a.time - b.time || compareDots(a, b);
}

export function hasPlus(r: Row): boolean {
  return r.marks.some((m) => !m.minus);
}

function disputed(r: Row): boolean {
  return hasPlus(r) && r.marks.some((m) => m.minus);
}

function differ(siblings: readonly Write[]): boolean {
  return siblings.some((w) => w.value !== siblings[0]!.value);
}

/** The item with a path in a list sorted by path. */
export function find<T extends { readonly path: string }>(list: readonly T[], path: string): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    const c = compare(list[mid]!.path, path);
    if (c === 0) return list[mid];
    if (c < 0) low = mid + 1;
    else high = mid;
  }
  return undefined;
}

/** Sorts prefixes and drops those that another covers. */
export function leastPrefixes(list: readonly string[]): string[] {
  const once = [...new Set(list)].sort(compare);
  return once.filter((p) => !once.some((q) => q !== p && pathCovers(q, p)));
}

/**
 * What a record has become after a set of merged change sets. A new State is that before the first. registers and rows are
 * sorted by path; withheld is sorted and no entry covers another. A state with erased set holds nothing else: erased is the
 * top element.
 *
 * Read it freely; change it only through apply, void, erase, withhold and rename, which keep what times and statusCtx
 * promise. sync/crdt is its twin in Go: equal histories give equal canonical bytes.
 */
export class State {
  erased = false;
  vv = new VV();
  registers: Register[] = [];
  rows: Row[] = [];
  /** Effective time of each dot that lives or gave birth, by dotKey. */
  times = new Map<string, number>();
  /** ctx of each live "@status" sibling, by dotKey; an empty ctx has no entry. */
  statusCtx = new Map<string, VV>();
  withheld: string[] = [];

  /** A state that shares nothing that can change. */
  clone(): State {
    const out = new State();
    out.erased = this.erased;
    out.vv = this.vv.clone();
    out.registers = [...this.registers];
    out.rows = [...this.rows];
    out.times = new Map(this.times);
    out.statusCtx = new Map([...this.statusCtx].map(([key, ctx]) => [key, ctx.clone()]));
    out.withheld = [...this.withheld];
    return out;
  }

  /**
   * Merges a change set that is ready (its ctx and its device's earlier sets on this record are merged or void). eff is its
   * effective time. A set that this state covers already changes nothing. ctx is cut to what the state covers, and that cut
   * is what counts from then on.
   */
  apply(c: ChangeSet, eff: number): void {
    applySet(this, c, eff);
  }

  /** Lets a dot that will never be merged take its place: it is covered and has no content. */
  void(d: Dot): void {
    if (!this.erased) this.vv.raise(d);
  }

  /** Makes this the top element: nothing is left of it, and nothing applied or joined later leaves a trace. */
  erase(): void {
    Object.assign(this, new State());
    this.erased = true;
  }

  /**
   * Removes all values at and below a path prefix for good: those that are there, and those of sets that arrive later, whose
   * dots still enter the vector. Row marks stay. A prefix segment without a row id stands for all rows.
   */
  withhold(prefix: string): void {
    if (this.erased) return;
    this.withheld = leastPrefixes([...this.withheld, prefix]);
    this.registers = this.registers.filter((r) => !this.isWithheld(r.path));
    if (this.isWithheld(statusPath)) this.statusCtx.clear();
    this.forget();
  }

  /** Whether a path lies at or below a withheld prefix. */
  isWithheld(path: string): boolean {
    return this.withheld.some((p) => pathCovers(p, path));
  }

  /**
   * Gives the dots other names, and takes out what is written under a dot for which dot gives undefined, as if that set had
   * not been: what it had superseded does not come back, but a row stays in which something else is still written. vv does
   * the same to the vector and to the ctx of each live status; what it gives for the vector covers every dot that stays.
   * It is for a screen whose author goes on under another name; a replica never renames.
   */
  rename(dot: (d: Dot) => Dot | undefined, vv: (v: VV) => VV): void {
    renameState(this, dot, vv);
  }

  /** Calls f for every dot that lives or gave birth, as often as it does. */
  eachDot(f: (d: Dot) => void): void {
    for (const r of this.registers) r.siblings.forEach(f);
    for (const r of this.rows) {
      r.marks.forEach(f);
      if (r.birth) f(r.birth);
    }
  }

  /** Leaves the times of dots that live or gave birth. */
  forget(): void {
    const live = new Set<string>();
    this.eachDot((d) => live.add(dotKey(d)));
    for (const key of this.times.keys()) if (!live.has(key)) this.times.delete(key);
  }

  /** Whether everything in ctx is merged or void here. */
  covers(ctx: VV): boolean {
    return ctx.within(this.vv);
  }

  /** The live writes at path, sorted by device, then seq, whether or not the row they lie in exists. */
  siblings(path: string): readonly Write[] {
    return find(this.registers, path)?.siblings ?? [];
  }

  /**
   * The live write with the greatest (effective time, device, seq) at path; undefined where nothing was written. It does not
   * ask whether the row the path lies in exists.
   */
  shown(path: string): Write | undefined {
    return this.shownOf(this.siblings(path));
  }

  /** shown for siblings already at hand. */
  shownOf(siblings: readonly Write[]): Write | undefined {
    let best: Write | undefined;
    let latest = -Infinity;
    for (const w of siblings) {
      // Siblings are sorted by dot: at equal times the later one in the list is the greater.
      const t = this.times.get(dotKey(w)) ?? 0;
      if (t >= latest) [best, latest] = [w, t];
    }
    return best;
  }

  /**
   * Every path that has a value a reader should see, in order of path, with the write shown there: all registers that lie in
   * no row or in rows that exist. A cleared value is among them.
   */
  visible(): [path: string, shown: Write][] {
    return this.registers.filter((r) => this.#inExistingRows(r.path)).map((r) => [r.path, this.shownOf(r.siblings)!]);
  }

  /**
   * Sorted: the paths whose siblings have different values and the rows where live "+" and "-" stand together ("removed while
   * edited"). What lies in a row that does not exist is no conflict. Paths for which counts is false are left out: calculated
   * and metadata fields are never a conflict of their own, and only the form knows which those are.
   */
  conflicts(counts: (path: string) => boolean = () => true): string[] {
    const open = (path: string): boolean => this.#inExistingRows(path) && counts(path);
    const cells = this.registers.filter((r) => differ(r.siblings) && open(r.path));
    const rows = this.rows.filter((r) => disputed(r) && open(r.path));
    return [...cells, ...rows].map((r) => r.path).sort(compare);
  }

  /** The row at path, undefined where nothing ever marked it. */
  row(path: string): Row | undefined {
    return find(this.rows, path);
  }

  /** Whether a live mark at row is "+" and all enclosing rows exist. */
  rowExists(row: string): boolean {
    const r = this.row(row);
    return r !== undefined && hasPlus(r) && this.#inExistingRows(row);
  }

  /** Whether live "+" and "-" stand together at row. */
  removedWhileEdited(row: string): boolean {
    const r = this.row(row);
    return r !== undefined && disputed(r);
  }

  #inExistingRows(path: string): boolean {
    return enclosingRows(path).every((row) => {
      const r = this.row(row);
      return r !== undefined && hasPlus(r);
    });
  }

  /** The paths of the existing rows of a repeat ("members", "house[r1]/rooms") in order of birth. */
  rowsOf(repeat: string): string[] {
    if (!this.#inExistingRows(repeat)) return [];
    return this.rows
      .filter((r) => rowOf(r.path).repeat === repeat && hasPlus(r))
      .sort((a, b) => (a.birth && b.birth ? compareBirths(a.birth, b.birth) : 0) || compare(a.path, b.path)) // rows of one set are born at once
      .map((r) => r.path);
  }

  /** The repeats that have a marked row, sorted: "members", "house[r1]/rooms". */
  repeats(): string[] {
    return [...new Set(this.rows.map((r) => rowOf(r.path).repeat))].sort(compare);
  }

  /** The dots of all live answers and row marks of paths without "@", sorted: what an approval must have seen to count. */
  liveDots(): Dot[] {
    const out = new Map<string, Dot>();
    for (const r of this.registers) if (!isRecord(r.path)) for (const w of r.siblings) out.set(dotKey(w), { device: w.device, seq: w.seq });
    for (const r of this.rows) if (!isRecord(r.path)) for (const m of r.marks) out.set(dotKey(m), { device: m.device, seq: m.seq });
    return [...out.values()].sort(compareDots);
  }

  /** Whether every live answer and row mark (paths without "@") is in ctx. */
  seenBy(ctx: VV): boolean {
    return this.liveDots().every((d) => ctx.covers(d));
  }

  /**
   * The canonical JSON: keys sorted by bytes of UTF-8, lists by device, then seq, no spaces, empty members left out at every
   * depth. Equal states have equal text.
   */
  canonical(): string {
    return canonicalOf(this);
  }

  /** The SHA-256 of the canonical form: two replicas that agree on it agree on everything. */
  digest(): Bytes {
    return sha256(this.canonical());
  }

  /** Throws where applying and joining cannot have made this state. Code: malformed. */
  check(): void {
    checkState(this);
  }
}

/**
 * c without the values under the given prefixes, c itself where there are none: what may be kept of a set whose values were
 * withheld. The rows the taken values lay in stay marked. c is not changed.
 */
export function stripValues(c: ChangeSet, prefixes: readonly string[]): ChangeSet {
  const set = c.set.filter((cell) => !prefixes.some((p) => pathCovers(p, cell.path)));
  if (set.length === c.set.length) return c;
  const out = { ...c, set, add: [...c.add], del: [...c.del] };
  const marked = new Set(marksOf(out).map((m) => m.row));
  for (const m of marksOf(c)) if (!m.minus && !marked.has(m.row)) out.add.push(m.row);
  out.add = [...new Set(out.add)].sort(compare);
  return out;
}
