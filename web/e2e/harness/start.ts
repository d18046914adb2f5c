// The usual beginning: a site, a worker with a phone, today's list on it.

import { Filler, type Plan } from "./form.ts";
import { gridOf } from "./frame.ts";
import { Phone, type PhoneOptions } from "./phone.ts";
import { interviewPlan } from "./plan.ts";
import { Rng } from "./rng.ts";
import { type Enrolment, Site } from "./site.ts";
import { Worker } from "./worker.ts";

export interface Shift {
  readonly worker: Worker;
  readonly phone: Phone;
  readonly enrolment: Enrolment;
}

/** A new worker of a grid, with these forms to do there, on a phone of their own. */
export async function shift(site: Site, name: string, o: PhoneOptions & { readonly forms?: readonly string[]; readonly grid?: string } = {}): Promise<Shift> {
  const grid = o.grid ?? gridOf(0);
  const enrolment = await site.enrol({ name }, [grid]);
  const forms = o.forms ?? ["hh_sentiment", "visit_log", "followup"];
  await site.assign(forms.map((f) => [grid, enrolment.worker, f]));
  const phone = await Phone.make(site.link, o);
  const worker = new Worker(phone, "260417", o.language ?? "zh");
  await worker.enrol(enrolment);
  return { worker, phone, enrolment };
}

/** An interview at a door, from the list to the list; it is not sent. Returns its record and what was answered. */
export async function interview(who: Shift, label: string, set: Readonly<Record<string, string>> = {}): Promise<{ record: string; plan: Plan }> {
  const { worker } = who;
  await worker.tab("today");
  await worker.openDoor(label);
  await worker.begin();
  const record = await worker.inForm();
  const plan = { answers: { ...interviewPlan(new Rng(label.length + label.charCodeAt(label.length - 2)), label).answers, ...set } };
  await worker.complete(plan, new Filler(worker.page, worker.language));
  return { record, plan };
}
