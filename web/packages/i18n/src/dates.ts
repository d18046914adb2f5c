import type { Language } from "./catalogue.ts";

/** Which zone civil dates are in: the server's. */
export const defaultZone = "Asia/Shanghai";

interface Parts {
  month: number;
  day: number;
  weekday: number; // 0 = Sunday
  hour: string;
  minute: string;
}

function parts(ms: number, zone: string): Parts {
  const f = new Intl.DateTimeFormat("en-GB", { timeZone: zone, month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const p = new Map(f.formatToParts(new Date(ms)).map((x) => [x.type, x.value]));
  const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(p.get("weekday") ?? "");
  return { month: Number(p.get("month")), day: Number(p.get("day")), weekday, hour: p.get("hour") ?? "", minute: p.get("minute") ?? "" };
}

const weekdays = { zh: ["日", "一", "二", "三", "四", "五", "六"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] } as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A civil date: 11月23日 周一, Mon 23 Nov. */
export function dateText(language: Language, ms: number, zone = defaultZone): string {
  const p = parts(ms, zone);
  const weekday = weekdays[language][p.weekday];
  return language === "zh" ? `${p.month}月${p.day}日 周${weekday}` : `${weekday} ${p.day} ${months[p.month - 1]}`;
}

/** Date and time of day: 11月23日 周一 08:05. */
export function timeText(language: Language, ms: number, zone = defaultZone): string {
  const p = parts(ms, zone);
  return `${dateText(language, ms, zone)} ${p.hour}:${p.minute}`;
}
