import type { Item } from "@ruhu/sync";
import type { Both, FormKind, Notice } from "./ports.ts";

// The reference lines of a pull, as the server writes their bodies (survey/feed.go). A member that is missing or of another kind is as
// if the server had said nothing.

export interface SurveyItem {
  readonly id: string;
  readonly title: Both;
  readonly state: string;
  readonly editHours: number;
  readonly notice: Notice | undefined;
}

export interface FormFile {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

export interface FormItem {
  readonly id: string;
  readonly version: string;
  readonly title: Both;
  readonly kind: FormKind;
  readonly survey: string;
  readonly closed: boolean;
  readonly stream: "answers" | "registry";
  readonly files: readonly FormFile[];
}

export interface HouseholdItem {
  readonly id: string;
  readonly grid: string;
  readonly label: string;
  readonly address: string;
}

export interface AssignmentItem {
  readonly id: string;
  readonly grid: string;
  readonly survey: string;
  readonly kind: FormKind;
  readonly form: string;
  readonly due: string;
  readonly household: string;
  readonly case: string;
}

type Json = Record<string, unknown>;

function object(v: unknown): Json {
  return typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Json) : {};
}

function body(i: Item): Json {
  try {
    return object(JSON.parse(i.body));
  } catch {
    return {};
  }
}

function text(v: unknown): string {
  return typeof v === "string" ? v : "";
}

function number(v: unknown): number {
  return typeof v === "number" ? v : 0;
}

function both(v: unknown): Both {
  return { zh: text(object(v)["zh"]), en: text(object(v)["en"]) };
}

const kinds: readonly FormKind[] = ["sentiment", "candidate", "village", "appraisal", "visit", "followup", "backcheck", "other"];

function kind(v: unknown): FormKind {
  return kinds.find((k) => k === v) ?? "other";
}

export function surveyItem(i: Item): SurveyItem {
  const b = body(i);
  const n = object(b["notice"]);
  const notice = text(n["hash"]) === "" ? undefined : { version: number(n["version"]), hash: text(n["hash"]), ...both(n) };
  return { id: i.id, title: both(b["title"]), state: text(b["state"]), editHours: number(b["edit_hours"]), notice };
}

export function formItem(i: Item): FormItem {
  const b = body(i);
  const files = Array.isArray(b["files"]) ? (b["files"] as unknown[]).map(object) : [];
  return {
    id: i.id, version: i.version, title: both(b["title"]), kind: kind(b["kind"]), survey: text(b["survey"]), closed: b["closed"] === true,
    stream: b["stream"] === "registry" ? "registry" : "answers",
    files: files.map((f) => ({ name: text(f["name"]), sha256: text(f["sha256"]), size: number(f["size"]) })).filter((f) => f.name !== ""),
  };
}

export function householdItem(i: Item): HouseholdItem {
  const b = body(i);
  return { id: i.id, grid: i.grid, label: text(b["label"]), address: text(b["address"]) };
}

export function assignmentItem(i: Item): AssignmentItem {
  const b = body(i);
  return {
    id: i.id, grid: i.grid, survey: text(b["survey"]), kind: kind(b["kind"]), form: text(b["form"]), due: text(b["due"]), household: text(b["household"]), case: text(b["case"]),
  };
}

/** The newest version of each form that is not closed; of one that is closed altogether the newest. */
export function newest(forms: readonly FormItem[]): FormItem[] {
  const out = new Map<string, FormItem>();
  for (const f of forms) {
    const before = out.get(f.id);
    if (!before || (before.closed && !f.closed) || (before.closed === f.closed && before.version < f.version)) out.set(f.id, f);
  }
  return [...out.values()];
}
