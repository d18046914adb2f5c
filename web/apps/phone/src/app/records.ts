import { isRecord, rowOf, type State, statusPath } from "@ruhu/merge";
import type { View } from "@ruhu/sync";
import type { FormItem } from "./items.ts";
import type { Comment, Conflict, RecordLine } from "./ports.ts";

/** A value shown at a path of a state; "" where there is none. */
export function shownAt(state: State | undefined, path: string): string {
  return state?.shown(path)?.value ?? "";
}

/** The record's status: of its state, or what the server says of a stub. A live "returned" opens the record on its author's phone. */
export function statusOf(v: View): string {
  if (!v.state) return v.status;
  const live = v.state.siblings(statusPath).map((w) => w.value);
  return live.includes("returned") ? "returned" : (v.state.shown(statusPath)?.value ?? "draft");
}

/** The case an interview is about: as the server says, else as its form holds it. */
export function caseOf(v: View): string {
  return v.case === "" ? shownAt(v.state, "case_id") : v.case;
}

/** What the office says, oldest first. */
export function commentsOf(state: State | undefined): Comment[] {
  if (!state) return [];
  return state.rowsOf("@comments").map((row) => ({ path: shownAt(state, `${row}/path`), text: shownAt(state, `${row}/text`) })).filter((c) => c.text !== "");
}

/** Where answers differ. own: the phone's devices. Of the record's own paths nothing is a worker's to settle. */
export function conflictsOf(state: State | undefined, own: ReadonlySet<string>): Conflict[] {
  if (!state) return [];
  const out: Conflict[] = [];
  for (const path of state.conflicts((p) => !isRecord(p))) {
    if (rowOf(path).id !== "") {
      out.push({ path, kind: "removed", answers: [] });
      continue;
    }
    const shown = state.shown(path);
    const writes = [...state.siblings(path)].sort((a, b) => Number(b === shown) - Number(a === shown));
    const answers: { value: string | null; mine: boolean }[] = [];
    for (const w of writes) {
      const same = answers.find((a) => a.value === w.value);
      if (same) same.mine ||= own.has(w.device);
      else answers.push({ value: w.value, mine: own.has(w.device) });
    }
    out.push({ path, kind: "value", answers });
  }
  return out;
}

/** All answers that a reader sees, and the rows in order. */
export function answersOf(state: State): { values: Record<string, string>; rows: Record<string, string[]> } {
  const values: Record<string, string> = {};
  for (const [path, w] of state.visible()) if (!isRecord(path) && w.value !== null) values[path] = w.value;
  const rows: Record<string, string[]> = {};
  for (const repeat of state.repeats()) if (!isRecord(repeat)) rows[repeat] = state.rowsOf(repeat).map((row) => rowOf(row).id);
  return { values, rows };
}

export function recordLine(v: View, form: FormItem | undefined, own: ReadonlySet<string>): RecordLine {
  return {
    record: v.record, form: v.form, version: v.version, kind: form?.kind ?? "other", grid: v.grid, case: caseOf(v), household: v.household === "" ? shownAt(v.state, "household") : v.household,
    status: statusOf(v), unsent: v.unsent, held: v.held, void: v.void, conflicts: conflictsOf(v.state, own).length, draft: v.draft, stub: v.state === undefined,
  };
}
