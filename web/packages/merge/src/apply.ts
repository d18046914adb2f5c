import { cellsSorted, type ChangeSet, dotOf, normalize } from "./changeset.ts";
import { compareDots, type Dot, dotKey, type VV } from "./dot.ts";
import { enclosingRows } from "./path.ts";
import { type Birth, compareBirths, type Mark, type Register, type Row, type State, statusPath, type Write } from "./state.ts";
import { compare } from "./utf8.ts";

/** State.apply. */
export function applySet(s: State, c: ChangeSet, eff: number): void {
  const dot = dotOf(c);
  if (s.erased || s.vv.covers(dot)) return;
  if (!cellsSorted(c.set)) {
    c = { ...c };
    normalize(c);
  }
  const ctx = c.ctx.within(s.vv) ? c.ctx : c.ctx.meet(s.vv);
  const cells = c.set.filter((cell) => !s.isWithheld(cell.path));
  const writes = new Map(cells.map((cell) => [cell.path, { ...dot, value: cell.value }]));
  if (writes.has(statusPath)) keepStatusCtx(s, dot, ctx);
  s.registers = mergeSorted(s.registers, [...writes.keys()], (path, before): Register => {
    return { path, siblings: supersede(before?.siblings ?? [], writes.get(path)!, ctx) };
  });
  const marks = marksOf(c);
  const minus = new Map(marks.map((m) => [m.row, m.minus]));
  s.rows = mergeSorted(s.rows, [...minus.keys()], (path, before): Row => {
    const mark: Mark = { ...dot, minus: minus.get(path)! };
    return bornBy(path, supersede(before?.marks ?? [], mark, ctx), before?.birth, mark, eff);
  });
  s.vv.set(dot.device, dot.seq);
  if (writes.size + minus.size === 0) return;
  s.times.set(dotKey(dot), eff);
  s.forget();
}

/** own beside what its author did not have on the screen, sorted by dot. */
function supersede<T extends Dot>(before: readonly T[], own: T, ctx: VV): T[] {
  return [...before.filter((w) => !ctx.covers(w)), own].sort(compareDots);
}

/** Keeps the ctx of the new "@status" sibling and forgets those it supersedes. */
function keepStatusCtx(s: State, dot: Dot, ctx: VV): void {
  for (const w of s.siblings(statusPath) as readonly Write[]) if (ctx.covers(w)) s.statusCtx.delete(dotKey(w));
  const kept = ctx.meet(ctx); // a copy without zero entries
  if (kept.size > 0) s.statusCtx.set(dotKey(dot), kept);
}

function bornBy(path: string, marks: Mark[], before: Birth | undefined, mark: Mark, eff: number): Row {
  const own: Birth | undefined = mark.minus ? undefined : { time: eff, device: mark.device, seq: mark.seq };
  const birth = own && (!before || compareBirths(own, before) < 0) ? own : before;
  return birth ? { path, marks, birth } : { path, marks };
}

/** A copy of list, sorted by path, with what make gives for each of paths, which are sorted. */
function mergeSorted<T extends { readonly path: string }>(list: T[], paths: string[], make: (path: string, before: T | undefined) => T): T[] {
  if (paths.length === 0) return list;
  const out: T[] = [];
  let i = 0;
  for (const path of paths) {
    while (i < list.length && compare(list[i]!.path, path) < 0) out.push(list[i++]!);
    const before = i < list.length && list[i]!.path === path ? list[i++] : undefined;
    out.push(make(path, before));
  }
  return out.concat(list.slice(i));
}

/**
 * The marks a change set writes: "+" at every row it adds or writes below and at those enclosing them, "-" at every row it
 * deletes. Sorted by row, each row once; "+" wins where a set that was never decoded names both.
 */
export function marksOf(c: ChangeSet): { row: string; minus: boolean }[] {
  const minus = new Map<string, boolean>();
  for (const row of c.del) minus.set(row, true);
  for (const cell of c.set) for (const row of enclosingRows(cell.path)) minus.set(row, false);
  for (const added of c.add) for (const row of [...enclosingRows(added), added]) minus.set(row, false);
  return [...minus].map(([row, m]) => ({ row, minus: m })).sort((a, b) => compare(a.row, b.row));
}
