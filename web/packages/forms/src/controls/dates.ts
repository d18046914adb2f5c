// Dates and times as fields show them and as answers spell them.

/** The phone's offset from UTC at a moment, as times spell it: "+08:00", "Z". */
export function offsetAt(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  if (minutes === 0) return "Z";
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

export function dateOf(at: Date): string {
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function clockOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Puts seconds and the phone's offset to what a time field gives: "08:05" on a day. A value that says the same moment already stays as it is. */
export function timeValue(clock: string, day: Date, before: string): string {
  if (clock === "") return "";
  if (before.startsWith(clock)) return before;
  return `${clock.length === 5 ? `${clock}:00` : clock}${offsetAt(day)}`;
}
