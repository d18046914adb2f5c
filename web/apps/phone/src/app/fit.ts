import { enclosingRows, isRecord, question, rowOf, type State } from "@ruhu/merge";
import type { Session } from "@ruhu/sync";
import type { Snapshot } from "./ports.ts";

/** What a form asks and computes, by its path without row ids; also the paths of its repeats. */
export function pathsOf(formXml: string): Set<string> {
  return new Set([...formXml.matchAll(/\s(?:nodeset|ref)\s*=\s*["']\s*\/[^/"'[\s]+\/([^"'[\s]+)\s*["']/g)].map((m) => m[1]!.replace(/(^|\/)[^/:]+:/g, "$1")));
}

function differ(siblings: readonly { readonly value: string | null }[]): boolean {
  return siblings.some((w) => w.value !== siblings[0]!.value);
}

/**
 * Makes a session hold what the form on the screen holds: what differs from the screen it was opened on, path by path. A value in
 * conflict is said again only where the worker chose it. Answers to questions that do not apply any more are cleared; what this
 * version of the form does not know stays untouched.
 */
export function fit(s: Session, form: ReadonlySet<string>, snap: Snapshot): void {
  const screen = s.screen;
  fitRows(s, screen, form, snap);
  const confirmed = new Set(snap.confirmed);
  for (const [path, value] of Object.entries(snap.values)) {
    if (isRecord(path)) continue;
    const siblings = screen.siblings(path);
    if (!differ(siblings) || screen.shown(path)?.value !== value) s.set(path, value);
    else if (confirmed.has(path)) s.confirm(path);
    else s.untype(path);
  }
  // Also what lies in rows that were removed: where one is wanted again it would be there again with all that was in it.
  const before = new Set([...screen.registers.map((r) => r.path), ...s.typed.set.keys()]);
  for (const path of before) {
    if (isRecord(path) || Object.hasOwn(snap.values, path)) continue;
    const shown = screen.shown(path);
    const here = form.has(question(path)) && enclosingRows(path).every((row) => inSnap(snap, row));
    if (here && shown && (shown.value !== null || differ(screen.siblings(path)))) fitCleared(s, screen, path, confirmed);
    else if (!here || !shown || shown.value === null) s.untype(path);
  }
}

/** A question that has no answer on the screen. In a conflict with "cleared" that is shown it is no choice by itself. */
function fitCleared(s: Session, screen: State, path: string, confirmed: ReadonlySet<string>): void {
  if (screen.shown(path)!.value !== null) s.set(path, null);
  else if (confirmed.has(path)) s.confirm(path);
  else s.untype(path);
}

function inSnap(snap: Snapshot, row: string): boolean {
  const { repeat, id } = rowOf(row);
  return snap.rows[repeat]?.includes(id) ?? false;
}

function fitRows(s: Session, screen: State, form: ReadonlySet<string>, snap: Snapshot): void {
  const keep = new Set(snap.kept);
  for (const [repeat, ids] of Object.entries(snap.rows)) {
    for (const id of ids) {
      const row = `${repeat}[${id}]`;
      if (!screen.rowExists(row) || keep.has(row) || s.typed.del.includes(row)) s.keepRow(row);
    }
  }
  const marked = screen.rows.filter((r) => r.marks.some((m) => !m.minus) && form.has(question(r.path))).map((r) => r.path);
  for (const row of new Set([...marked, ...s.typed.add])) {
    // What lies in a row that goes, goes with it.
    if (!inSnap(snap, row) && enclosingRows(row).every((outer) => inSnap(snap, outer))) s.delRow(row);
  }
}
