// What a reviewer should look at in a record, in the order of the page.

import type { Sheet, RecordView } from "./sheet.ts";

export interface Look {
  readonly kind: "conflict" | "broken" | "flag" | "comment";
  /** "" = the record as a whole. */
  readonly path: string;
  /** Code of a flag or rule; "" for conflicts. */
  readonly code: string;
  /** The form's own words of a rule, by language. */
  readonly message?: Readonly<Record<string, string>> | undefined;
  readonly merged?: boolean;
  /** What the server calculates, where that differs. */
  readonly value?: string | undefined;
}

/** Splits a flag into its code and what it is about. */
export function splitFlag(flag: string): { readonly code: string; readonly about: string } {
  const i = flag.indexOf(":");
  return i < 0 ? { code: flag, about: "" } : { code: flag.slice(0, i), about: flag.slice(i + 1) };
}

/** Flags whose second part is no path: of another record. */
const aboutRecords = new Set(["duplicate-of"]);

export function looksOf(record: RecordView, sheet: Sheet): readonly Look[] {
  const order = new Map([...sheet.lines, ...sheet.derived, ...sheet.unknown].map((l, i) => [l.kind === "heading" ? "" : l.path, i]));
  const out: Look[] = record.conflicts.map((path) => ({ kind: "conflict", path, code: "" }));
  const told = new Set<string>(out.map((l) => l.path));
  for (const b of record.broken) {
    told.add(`${b.path} ${b.flag}`);
    out.push({ kind: "broken", path: b.path, code: b.flag, message: b.message, merged: b.merged, value: b.value });
  }
  for (const f of record.flags) {
    const { code, about } = splitFlag(f);
    if (code === "removed-while-edited" && told.has(about)) continue;
    if (told.has(`${about} ${code}`)) continue;
    out.push({ kind: "flag", path: aboutRecords.has(code) ? "" : about, code });
  }
  if (record.reason && !record.flags.some((f) => f === record.reason)) out.push({ kind: "flag", path: "", code: record.reason });
  const place = (l: Look): number => (l.path === "" ? -1 : (order.get(l.path) ?? 1e6));
  return out.sort((a, b) => place(a) - place(b));
}
