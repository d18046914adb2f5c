import { compareDots, type Dot, dotKey, dotOfKey, type VV } from "./dot.ts";
import { compareBirths, type Birth, type Mark, type Row, type State } from "./state.ts";

/** State.rename. */
export function renameState(s: State, dot: (d: Dot) => Dot | undefined, vv: (v: VV) => VV): void {
  if (s.erased) return;
  const times = new Map<string, number>();
  const name = <T extends Dot>(w: T): T[] => {
    const n = dot({ device: w.device, seq: w.seq });
    if (!n) return [];
    times.set(dotKey(n), s.times.get(dotKey(w)) ?? 0);
    return [{ ...w, device: n.device, seq: n.seq }];
  };
  s.vv = vv(s.vv);
  s.registers = s.registers
    .map((r) => ({ path: r.path, siblings: r.siblings.flatMap(name).sort(compareDots) }))
    .filter((r) => r.siblings.length > 0);
  s.rows = s.rows.flatMap((r): Row[] => {
    let marks = r.marks.flatMap(name).sort(compareDots);
    if (marks.length === 0) marks = writersIn(s, r.path);
    if (marks.length === 0) return [];
    const birth = r.birth ? (name(r.birth)[0] ?? leastBirth(marks, times)) : leastBirth(marks, times);
    return [birth ? { path: r.path, marks, birth } : { path: r.path, marks }];
  });
  const status = new Map<string, VV>();
  for (const [key, ctx] of s.statusCtx) {
    const n = dot(dotOfKey(key));
    const renamed = n && vv(ctx);
    if (renamed && renamed.size > 0) status.set(dotKey(n), renamed);
  }
  s.times = times;
  s.statusCtx = status;
  s.forget();
}

/** A mark for each dot that lives in a cell below a row: its set marked the row too. */
function writersIn(s: State, row: string): Mark[] {
  const out = new Map<string, Mark>();
  for (const r of s.registers) {
    if (!r.path.startsWith(row + "/")) continue;
    for (const w of r.siblings) out.set(dotKey(w), { device: w.device, seq: w.seq, minus: false });
  }
  return [...out.values()].sort(compareDots);
}

/** The least birth that live marks know of. */
function leastBirth(marks: readonly Mark[], times: ReadonlyMap<string, number>): Birth | undefined {
  const births = marks.filter((m) => !m.minus).map((m): Birth => ({ time: times.get(dotKey(m)) ?? 0, device: m.device, seq: m.seq }));
  return births.sort(compareBirths)[0];
}
