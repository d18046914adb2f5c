import { defaultZone } from "@ruhu/i18n";

/** What was known of the time when the server was last heard. */
export interface Heard {
  /** The server's time then, ms; 0 = never heard. */
  readonly server: number;
  /** The phone's clock then. */
  readonly phone: number;
}

/** Longer than this a phone is hardly ever without a link, ms. */
const absence = 60 * 24 * 3600_000;
/** How far clocks may go apart without anybody having set one, ms. */
const drift = 24 * 3600_000;

/**
 * What time it is, as far as a phone can say whose clock may be wrong by years and may have been set since the server was heard. Two
 * answers are possible: the clock is as wrong as it was then, or it was set right. Time does not run backwards, and an absence is
 * days rather than years.
 */
export function bestNow(phone: number, heard: Heard): number {
  if (heard.server === 0) return phone;
  const asBefore = phone + (heard.server - heard.phone);
  const fits = (t: number): boolean => t >= heard.server - drift && t <= heard.server + absence;
  if (fits(asBefore) || !fits(phone)) return asBefore >= heard.server - drift ? asBefore : heard.server;
  return phone;
}

/** A moment's civil date and half of the day (1 = morning, 2 = later), where the server counts them. */
export function civil(ms: number, zone = defaultZone): { date: string; half: "1" | "2" } {
  const f = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23" });
  const p = new Map(f.formatToParts(new Date(ms)).map((x) => [x.type, x.value]));
  return { date: `${p.get("year")}-${p.get("month")}-${p.get("day")}`, half: Number(p.get("hour")) < 12 ? "1" : "2" };
}

/** The beginning of the half-day a moment lies in: what the registry stream may know of a visit's time. */
export function halfDay(ms: number): number {
  const zone = 8 * 3600_000; // Asia/Shanghai has no summer time
  const half = 12 * 3600_000;
  return Math.max(0, Math.floor((ms + zone) / half) * half - zone);
}
