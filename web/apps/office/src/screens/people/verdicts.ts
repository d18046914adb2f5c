/** What became of a push, counted. */
export interface Verdicts {
  readonly lines: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Why lines were not merged, each code once. */
  readonly codes: readonly string[];
}

/** Reads the answer of a push: one verdict a line, then a summary. */
export function verdictsOf(text: string): Verdicts {
  const counts: Record<string, number> = {};
  const codes = new Set<string>();
  let lines = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const v = JSON.parse(line) as { readonly status?: unknown; readonly code?: unknown; readonly from?: unknown; readonly to?: unknown };
    if (typeof v.status !== "string") continue;
    const n = typeof v.from === "number" && typeof v.to === "number" ? v.to - v.from + 1 : 1;
    lines += n;
    counts[v.status] = (counts[v.status] ?? 0) + n;
    if (typeof v.code === "string") codes.add(v.code);
  }
  return { lines, counts, codes: [...codes] };
}
