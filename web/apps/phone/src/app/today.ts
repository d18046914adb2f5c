import { compare } from "@ruhu/merge";
import type { View } from "@ruhu/sync";
import { dispositions } from "./dispositions.ts";
import type { AssignmentItem, FormItem, HouseholdItem } from "./items.ts";
import type { HouseholdState, Task } from "./ports.ts";
import { caseOf, shownAt, statusOf } from "./records.ts";
import type { Begun } from "./worker.ts";

/** One attempt at a door. */
export interface Attempt {
  readonly household: string;
  readonly date: string;
  readonly half: "1" | "2" | "";
  readonly disposition: string;
  readonly appointment: string;
  readonly number: number;
}

/** The attempts at all doors, oldest first, from the visit log as far as it is here. */
export function attempts(views: readonly View[], forms: ReadonlyMap<string, FormItem>): Attempt[] {
  const out: Attempt[] = [];
  for (const v of views) {
    const kind = forms.get(v.form)?.kind;
    if (!v.state || v.state.erased || !(kind === "visit" || (kind === undefined && v.kind === "visit"))) continue;
    const at = (name: string): string => shownAt(v.state, name);
    const half = at("visit_half");
    out.push({
      household: at("household"), date: at("visit_dt").slice(0, 10), half: half === "1" || half === "2" ? half : "", disposition: at("disposition"),
      appointment: at("disposition") === "2.25" ? at("appointment_dt").slice(0, 10) : "", number: Number(at("attempt_no")) || 0,
    });
  }
  return out.filter((a) => a.household !== "").sort((a, b) => compare(a.date, b.date) || a.number - b.number || compare(a.half, b.half));
}

export interface TaskSources {
  readonly assignments: readonly AssignmentItem[];
  readonly households: readonly HouseholdItem[];
  readonly views: readonly View[];
  readonly forms: ReadonlyMap<string, FormItem>;
  readonly begun: readonly Begun[];
  /** Civil date. */
  readonly today: string;
}

/** What is to be done at which door, in walking order. */
export function tasks(s: TaskSources): Task[] {
  const doors = new Map(s.households.map((h) => [h.id, h]));
  const all = attempts(s.views, s.forms);
  const interviews = s.views.filter((v) => !["visit", "followup"].includes(s.forms.get(v.form)?.kind ?? "other"));
  const byCase = new Map<string, View[]>();
  for (const v of interviews) {
    const key = `${v.form} ${caseOf(v)}`;
    byCase.set(key, [...(byCase.get(key) ?? []), v]);
  }
  const drafts = new Set(s.begun.map((d) => d.record));
  const more = new Set(s.assignments.filter((a) => a.kind !== "visit" && a.household !== "").map((a) => a.household));
  const out: Task[] = [];
  for (const a of s.assignments) {
    if (a.kind === "followup" || (a.kind === "visit" && (a.household === "" || more.has(a.household)))) continue;
    const door = doors.get(a.household);
    const here = all.filter((x) => x.household === a.household && a.household !== "");
    const last = here.at(-1);
    const of = a.household === "" ? interviews.filter((v) => v.form === a.form && v.grid === a.grid) : a.case === "" ? [] : (byCase.get(`${a.form} ${a.case}`) ?? []);
    const record = best(of, drafts);
    const bare = record ? undefined : s.begun.find((d) => d.form === a.form && (a.household === "" ? d.grid === a.grid : d.household === a.household));
    const appointment = last?.appointment ?? "";
    out.push({
      household: a.household, grid: a.grid, label: door?.label ?? "", address: door?.address ?? "", form: a.form, kind: a.kind, survey: a.survey, due: a.due, case: a.case,
      state: bare ? "drafted" : stateOf(record, last, drafts), record: bare?.record ?? (record?.state ? record.record : ""), attempts: here.length, disposition: last?.disposition ?? "", appointment,
    });
  }
  const place = new Map(s.households.map((h, i) => [h.id, i]));
  return out.sort((a, b) => compare(a.grid, b.grid) || (place.get(a.household) ?? -1) - (place.get(b.household) ?? -1) || compare(a.form, b.form));
}

/** Of several records at one place the one that asks for something, else the one that stands. */
function best(of: readonly View[], drafts: ReadonlySet<string>): View | undefined {
  const rank = (v: View): number => (statusOf(v) === "returned" ? 0 : drafts.has(v.record) || statusOf(v) === "draft" ? 1 : v.state ? 2 : 3);
  return [...of].sort((a, b) => rank(a) - rank(b) || compare(a.record, b.record))[0];
}

function stateOf(v: View | undefined, last: Attempt | undefined, drafts: ReadonlySet<string>): HouseholdState {
  if (v) {
    const status = statusOf(v);
    if (status === "returned") return "returned";
    if (v.held > 0) return "held";
    if (drafts.has(v.record)) return "drafted";
    return status === "draft" && v.state ? "drafted" : "done";
  }
  const outcome = dispositions.find((d) => d.code === last?.disposition)?.outcome;
  if (last?.appointment) return "appointment";
  if (outcome === "R") return "refused";
  return outcome === "O" || outcome === "NE" ? "done" : "toVisit";
}
