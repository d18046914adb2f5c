// Where a worker stands in a form, as the draft keeps it: the open rows, the page, the question, and whether the respondent has had the phone.

import type { Where } from "@ruhu/forms/view";
import type { Place } from "../app/ports.ts";

export interface Stand {
  readonly where: Where | undefined;
  /** What was answered alone is closed: there is no way back to it. */
  readonly oneWay: boolean;
}

export function placeOf(s: Stand): Place | undefined {
  const w: Where | undefined = s.where ?? (s.oneWay ? { rows: [], page: "" } : undefined);
  return w && { page: JSON.stringify([w.rows, w.page, s.oneWay ? 1 : 0]), question: w.path ?? "" };
}

/** Where to begin; at the beginning where the note cannot be read. */
export function standOf(p: Place | undefined): Stand {
  if (!p) return { where: undefined, oneWay: false };
  try {
    const [rows, page, oneWay] = JSON.parse(p.page) as [string[], string, number];
    if (!Array.isArray(rows) || typeof page !== "string") return { where: undefined, oneWay: false };
    return { where: { rows, page, ...(p.question !== "" && { path: p.question }) }, oneWay: oneWay === 1 };
  } catch {
    return { where: undefined, oneWay: false };
  }
}
