// A record as lines to be read from top to bottom.

import type { components } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";
import { type Answers, bare, type Model, type ModelNode } from "./model.ts";

export type RecordView = components["schemas"]["Record"];
export type HistoryEntry = components["schemas"]["HistoryEntry"];
export type Sibling = components["schemas"]["Sibling"];

export interface HeadingLine {
  readonly kind: "heading";
  readonly key: string;
  readonly label: string;
  readonly depth: number;
}

export interface RowLine {
  readonly kind: "row";
  readonly key: string;
  readonly path: string;
  readonly label: string;
  readonly n: number;
  readonly depth: number;
}

export interface QuestionLine {
  readonly kind: "question";
  readonly key: string;
  readonly path: string;
  readonly label: string;
  readonly depth: number;
  readonly node: ModelNode | undefined;
  /** undefined = never written; null = cleared. */
  readonly value: string | null | undefined;
}

export type Line = HeadingLine | RowLine | QuestionLine;

export interface Sheet {
  readonly lines: readonly Line[];
  /** What the form calculates and what the phone says of itself. */
  readonly derived: readonly QuestionLine[];
  /** What the form does not know. */
  readonly unknown: readonly QuestionLine[];
}

/** What belongs to a question that nobody types: calculations, device data, ids. */
function isDerived(n: ModelNode): boolean {
  return n.control === "calculate" || n.control === "meta" || n.control === "hidden";
}

/** When and where the respondent was met: the office sees the civil date only. */
export function isWithheld(n: ModelNode): boolean {
  return n.control === "meta" && (n.preload === "timestamp" || n.type === "geopoint" || n.type === "binary");
}

/** Lays a record out by its form. Questions that were not answered because they did not apply are left out. */
export function layOut(model: Model | undefined, record: Pick<RecordView, "answers" | "rows" | "conflicts">, language: Language): Sheet {
  const answers: Answers = record.answers;
  const lines: Line[] = [];
  const derived: QuestionLine[] = [];
  const seen = new Set<string>();
  const conflicts = new Set(record.conflicts);

  function question(n: ModelNode, path: string, depth: number): void {
    seen.add(path);
    const value = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (isWithheld(n)) return;
    const q: QuestionLine = { kind: "question", key: path, path, label: model?.label(path, language, answers) ?? path, depth, node: n, value };
    if (isDerived(n)) {
      if (value !== undefined || conflicts.has(path)) derived.push(q);
      return;
    }
    if (value === undefined && !conflicts.has(path) && n.relevant) return;
    lines.push(q);
  }

  function walk(nodes: readonly ModelNode[], at: string, depth: number): void {
    for (const n of nodes) {
      const path = at + n.name;
      if (n.kind === "repeat") {
        const ids = record.rows[path] ?? [];
        const label = model?.text(n.label, language, answers) ?? "";
        if (ids.length === 0 && n.relevant) continue;
        lines.push({ kind: "heading", key: path, label: label || n.name, depth });
        ids.forEach((id, i) => {
          const row = `${path}[${id}]`;
          seen.add(row);
          lines.push({ kind: "row", key: row, path: row, label, n: i + 1, depth: depth + 1 });
          walk(n.children ?? [], `${row}/`, depth + 1);
        });
        for (const gone of record.conflicts.filter((c) => c.startsWith(`${path}[`) && c.endsWith("]") && !seen.has(c) && bare(c) === n.path)) {
          seen.add(gone);
          lines.push({ kind: "row", key: gone, path: gone, label, n: 0, depth: depth + 1 });
        }
      } else if (n.kind === "group") {
        const label = model?.text(n.label, language, answers) ?? "";
        const before = lines.length;
        if (label) lines.push({ kind: "heading", key: path, label, depth });
        walk(n.children ?? [], `${path}/`, depth + (label ? 1 : 0));
        if (label && lines.length === before + 1) lines.pop();
      } else if (n.control === "note") {
        seen.add(path);
        if (!n.relevant && n.label && n.name.startsWith("head")) lines.push({ kind: "heading", key: path, label: model?.text(n.label, language, answers) ?? "", depth });
      } else question(n, path, depth);
    }
  }

  if (model) walk(model.nodes, "", 0);
  const rest = Object.keys(answers).filter((p) => !seen.has(p) && !p.startsWith("@") && !(model && isKept(model, p)));
  for (const c of conflicts) if (!seen.has(c) && !Object.hasOwn(answers, c)) rest.push(c);
  const unknown = rest.sort().map((path): QuestionLine => ({ kind: "question", key: path, path, label: path, depth: 0, node: model?.node(path), value: answers[path] }));
  return model ? { lines: withoutEmpty(lines), derived, unknown } : { lines: unknown, derived: [], unknown: [] };
}

/** Withheld questions are not to come in again as unknown ones. */
function isKept(model: Model, path: string): boolean {
  const n = model.node(path);
  return n !== undefined && isWithheld(n);
}

/** Headings under which nothing stands. */
function withoutEmpty(lines: readonly Line[]): readonly Line[] {
  return lines.filter((l, i) => {
    if (l.kind !== "heading") return true;
    const next = lines[i + 1];
    return next !== undefined && !(next.kind === "heading" && next.depth <= l.depth);
  });
}

/** Who last wrote what is shown, and how often it was written. */
export interface Written {
  readonly author: string;
  readonly date: string;
  readonly office: boolean;
  readonly times: number;
}

/** By path, from a record's history, oldest first. */
export function writtenOf(history: readonly HistoryEntry[]): ReadonlyMap<string, Written> {
  const out = new Map<string, Written>();
  for (const h of history) {
    const before = out.get(h.path);
    out.set(h.path, { author: h.author, date: h.date, office: h.office, times: (before?.times ?? 0) + 1 });
  }
  return out;
}

/** What came in between two looks at a record: paths whose shown answer, or whose conflict, is another. */
export function changedPaths(before: Pick<RecordView, "answers" | "siblings" | "rows">, after: Pick<RecordView, "answers" | "siblings" | "rows">): readonly string[] {
  const paths = new Set([...Object.keys(before.answers), ...Object.keys(after.answers), ...Object.keys(before.siblings), ...Object.keys(after.siblings)]);
  const out = [...paths].filter((p) => before.answers[p] !== after.answers[p] || JSON.stringify(before.siblings[p]) !== JSON.stringify(after.siblings[p]));
  for (const r of new Set([...Object.keys(before.rows), ...Object.keys(after.rows)])) if (JSON.stringify(before.rows[r]) !== JSON.stringify(after.rows[r])) out.push(r);
  return out.sort();
}
