// The usual beginning: a site, a worker with a phone, today's list on it.

import { gridOf } from "./frame.ts";
import { Phone, type PhoneOptions } from "./phone.ts";
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
