import { compareDots, type Dot, dotKey } from "./dot.ts";
import { Coded, codeOf } from "./errs.ts";
import * as limits from "./limits.ts";
import { enclosingRows, isRow, parsePath } from "./path.ts";
import { hasPlus, leastPrefixes, type Register, type Row, type State, statusPath } from "./state.ts";
import { compare, wellFormed } from "./utf8.ts";

function bad(what: string): never {
  throw new Coded("malformed", "check state", what);
}

/** State.check: bytes from outside and from the disk pass it before anything trusts them. */
export function checkState(s: State): void {
  if (s.erased) {
    const holds = s.vv.size + s.registers.length + s.rows.length + s.times.size + s.statusCtx.size + s.withheld.length;
    if (holds > 0) bad("an erased state holds something");
    return;
  }
  s.registers.forEach((r, i) => checkRegister(s, r, i));
  s.rows.forEach((r, i) => checkRow(s, r, i));
  for (const [device, seq] of s.vv) {
    if (device === "" || !wellFormed(device) || !(seq > 0 && seq <= limits.maxSafe)) bad("an entry of the vector is not right");
  }
  for (const t of s.times.values()) if (!Number.isSafeInteger(t)) bad("a time is not right");
  const seen = new Set<string>();
  s.eachDot((d) => {
    const key = dotKey(d);
    if (!s.times.has(key) || d.seq === 0 || !s.vv.covers(d)) bad("times and vector do not fit what lives");
    seen.add(key);
  });
  if (seen.size !== s.times.size) bad("times and vector do not fit what lives");
  const live = new Set(s.siblings(statusPath).map(dotKey));
  for (const [key, ctx] of s.statusCtx) {
    if (!live.has(key) || ctx.size === 0 || !ctx.within(s.vv)) bad("a status context fits no live status");
    for (const seq of ctx.values()) if (seq === 0) bad("an entry of a status context is empty");
  }
  for (const p of s.withheld) if (!isPath(p)) bad("a withheld prefix is no path");
  const least = leastPrefixes(s.withheld);
  if (least.length !== s.withheld.length || least.some((p, i) => p !== s.withheld[i])) bad("withheld prefixes are not in their least form");
}

function isPath(s: string): boolean {
  try {
    parsePath(s);
    return true;
  } catch (err) {
    if (codeOf(err) === "internal") throw err;
    return false;
  }
}

function rising(list: readonly Dot[]): boolean {
  return list.length > 0 && list.every((d, i) => i === 0 || compareDots(list[i - 1]!, d) < 0);
}

function checkRegister(s: State, r: Register, i: number): void {
  if (!isPath(r.path) || isRow(r.path)) bad("a cell's path is not right");
  if (i > 0 && compare(s.registers[i - 1]!.path, r.path) >= 0) bad("cells are not sorted");
  if (!rising(r.siblings)) bad("siblings are not sorted");
  if (r.siblings.some((w) => w.value !== null && !wellFormed(w.value))) bad("a value is not right");
  if (s.isWithheld(r.path)) bad("a withheld value is there");
  if (!enclosingRows(r.path).every((row) => s.row(row))) bad("a cell lies in a row that nothing marked");
}

function checkRow(s: State, r: Row, i: number): void {
  if (!isPath(r.path) || !isRow(r.path)) bad("a row's path is not right");
  if (i > 0 && compare(s.rows[i - 1]!.path, r.path) >= 0) bad("rows are not sorted");
  if (!rising(r.marks)) bad("marks are not sorted");
  if (!r.birth && hasPlus(r)) bad("a row exists that was never born");
  if (r.birth && s.times.get(dotKey(r.birth)) !== r.birth.time) bad("a birth and its time differ");
}
