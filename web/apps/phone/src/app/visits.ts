import type { Bytes } from "@ruhu/merge";
import type { Phone } from "@ruhu/sync";
import type { FormItem } from "./items.ts";
import { PhoneFault } from "./fault.ts";
import type { Attempt } from "./today.ts";

/** The visit log takes so many attempts at a door. */
const mostAttempts = 6;

export interface VisitLine {
  readonly household: string;
  readonly grid: string;
  readonly disposition: string;
  readonly appointment: string;
  readonly reason: string;
  readonly before: readonly Attempt[];
  readonly backcheck: boolean;
  readonly workerRole: string;
  readonly date: string;
  readonly half: "1" | "2";
}

/** What a line of the visit log says. Date and half of the day, no moment, no case, nothing of the interview. */
export function visitValues(v: VisitLine): Record<string, string> {
  const out: Record<string, string> = {
    household: v.household, village_code: v.grid.slice(0, 12), grid_code: v.grid, attempt_no: String(Math.min(v.before.length + 1, mostAttempts)), visit_dt: v.date,
    visit_half: v.half, visit_type: v.backcheck ? "3" : v.before.length === 0 ? "1" : "2", worker_role: v.workerRole, disposition: v.disposition,
  };
  if (v.disposition === "2.25" && v.appointment > v.date) out["appointment_dt"] = v.appointment;
  if (v.disposition.startsWith("2.11") && v.reason !== "") out["refuse_reason"] = v.reason;
  return out;
}

/** Writes a line of the visit log, in the registry stream; beside it, in the same step, what extra says. */
export async function writeVisit(phone: Phone, form: FormItem | undefined, v: VisitLine, extra?: ReadonlyMap<string, Bytes | null>): Promise<void> {
  if (!form) throw new PhoneFault("form-missing", "log visit");
  const s = await phone.new("registry", form.id, form.version, v.grid);
  for (const [path, value] of Object.entries(visitValues(v))) s.set(path, value);
  try {
    await s.submit(extra);
  } catch (err) {
    await s.close().catch(() => undefined); // nobody types in it again
    throw err;
  }
}
