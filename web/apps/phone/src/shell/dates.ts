// Civil dates of the place where the survey is, whatever zone the phone believes it is in.

import { defaultZone } from "@ruhu/i18n";

/** YYYY-MM-DD, days from now. */
export function civilToday(days = 0, now: number = Date.now()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: defaultZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now + days * 86_400_000);
}
