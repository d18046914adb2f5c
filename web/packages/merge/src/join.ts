import { compareDots, type Dot, dotKey, type VV } from "./dot.ts";
import { compareBirths, leastPrefixes, type Register, type Row, State, statusPath } from "./state.ts";
import { compare } from "./utf8.ts";

/**
 * The least state that holds what both hold: the algebra's join, for tests and tools. Neither is changed. A phone never
 * joins, it replaces.
 */
export function join(a: State, b: State): State {
  const out = new State();
  if (a.erased || b.erased) {
    out.erased = true;
    return out;
  }
  out.vv = a.vv.join(b.vv);
  out.withheld = leastPrefixes([...a.withheld, ...b.withheld]);
  out.registers = pairs(a.registers, b.registers).flatMap(([path, x, y]): Register[] => {
    const siblings = out.isWithheld(path) ? [] : joinLive(x?.siblings ?? [], y?.siblings ?? [], a.vv, b.vv);
    return siblings.length > 0 ? [{ path, siblings }] : [];
  });
  out.rows = pairs(a.rows, b.rows).map(([path, x, y]): Row => {
    const marks = joinLive(x?.marks ?? [], y?.marks ?? [], a.vv, b.vv);
    const births = [x?.birth, y?.birth].filter((birth) => birth !== undefined).sort(compareBirths);
    return births[0] ? { path, marks, birth: births[0] } : { path, marks };
  });
  out.eachDot((d) => {
    const key = dotKey(d);
    out.times.set(key, Math.min(a.times.get(key) ?? Infinity, b.times.get(key) ?? Infinity));
  });
  for (const w of out.siblings(statusPath)) {
    const key = dotKey(w);
    const [x, y] = [a.statusCtx.get(key), b.statusCtx.get(key)];
    const ctx = x && y ? x.join(y) : (x ?? y)?.clone();
    if (ctx && ctx.size > 0) out.statusCtx.set(key, ctx);
  }
  return out;
}

/** What stands under each path of either list, in order of path. */
function pairs<T extends { readonly path: string }>(a: readonly T[], b: readonly T[]): [path: string, x: T | undefined, y: T | undefined][] {
  const left = new Map(a.map((t) => [t.path, t]));
  const right = new Map(b.map((t) => [t.path, t]));
  return [...new Set([...left.keys(), ...right.keys()])].sort(compare).map((path) => [path, left.get(path), right.get(path)]);
}

/** What lives on both sides, and what lives on one and the other has never seen, sorted by dot. */
function joinLive<T extends Dot>(a: readonly T[], b: readonly T[], seenA: VV, seenB: VV): T[] {
  const keys = (list: readonly T[]): Set<string> => new Set(list.map(dotKey));
  const [inA, inB] = [keys(a), keys(b)];
  const left = a.filter((w) => inB.has(dotKey(w)) || !seenB.covers(w));
  const right = b.filter((w) => !inA.has(dotKey(w)) && !seenA.covers(w));
  return [...left, ...right].sort(compareDots);
}
