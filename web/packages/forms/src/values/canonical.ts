// The one spelling of a value, as the server's schema.Check accepts it. The twin of schema/canonical.go and schema/check.go.

/** What decides the spelling: the kind of control where it does, else the type. */
export type Spelling =
  | "text" | "int" | "decimal" | "boolean" | "date" | "time" | "dateTime" | "geopoint" | "geotrace" | "geoshape" | "binary" | "barcode" | "one" | "many" | "rank" | "trigger";

const types: Readonly<Record<string, Spelling>> = {
  int: "int", integer: "int", decimal: "decimal", boolean: "boolean", date: "date", time: "time", dateTime: "dateTime", geopoint: "geopoint",
  geotrace: "geotrace", geoshape: "geoshape", binary: "binary", barcode: "barcode",
};

export function spellingOf(type: string): Spelling {
  return types[type] ?? "text";
}

/** The canonical form as far as there is one; order are the places of a closed list's values. */
export function canonical(spelling: Spelling, value: string, order?: ReadonlyMap<string, number>): string {
  const trimmed = value.trim();
  switch (spelling) {
    case "text": return value.replace(/\r\n?/g, "\n");
    case "int": return number(trimmed, false);
    case "decimal": return number(trimmed, true);
    case "boolean":
      if (/^(1|true\(\)|true)$/i.test(trimmed)) return "true";
      return /^(0|false\(\)|false)$/i.test(trimmed) ? "false" : trimmed;
    case "time": return time(trimmed);
    case "dateTime": return trimmed.length > 11 && "T ".includes(trimmed[10] ?? "") ? `${trimmed.slice(0, 10)}T${time(trimmed.slice(11))}` : trimmed;
    case "geopoint": return point(trimmed);
    case "geotrace":
    case "geoshape": return trimmed.replace(/[; ]+$/, "").split(";").map(point).join(";");
    case "many": return ordered(words(value), order);
    case "rank": return words(value).join(" ");
    default: return trimmed;
  }
}

/** Whether a value, not empty, has the canonical form of its type. Choices are not looked at. */
export function fits(spelling: Spelling, value: string): boolean {
  switch (spelling) {
    case "text":
    case "barcode": return bytes(value) <= (spelling === "text" ? longest : shortest) && !/[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/.test(value);
    case "int": return /^(0|-?[1-9][0-9]{0,15})$/.test(value) && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER;
    case "decimal": return value.length <= 40 && value !== "-0" && /^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/.test(value);
    case "boolean": return value === "true" || value === "false";
    case "date": return isDate(value);
    case "time": return clock.test(value);
    case "dateTime": return value[10] === "T" && isDate(value.slice(0, 10)) && clock.test(value.slice(11));
    case "geopoint": return isPoint(value);
    case "geotrace": return isLine(value, 2);
    case "geoshape": return isLine(value, 4) && closed(value);
    case "binary": return /^sha256-[0-9a-f]{64}\.[a-z0-9]{1,8}$/.test(value);
    case "trigger": return value === "OK";
    default: return value === words(value).join(" ");
  }
}

/** Most bytes of a text, and of a code or a choice: the server's limits. */
export const longest = 16 << 10;
const shortest = 1 << 10;

function bytes(s: string): number {
  return s.length * 3 <= shortest ? s.length : new TextEncoder().encode(s).length;
}

const clock = /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{0,2}[1-9])?(Z|[+-](?!00:00)(0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?$/;

function isDate(s: string): boolean {
  const m = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(s);
  if (!m) return false;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && day >= 1 && day <= days;
}

function isPoint(s: string): boolean {
  const parts = s.split(" ");
  if (parts.length < 2 || parts.length > 4 || !parts.every((p) => fits("decimal", p))) return false;
  const [lat, lon, , accuracy] = parts.map(Number);
  return Math.abs(lat ?? 91) <= 90 && Math.abs(lon ?? 181) <= 180 && (accuracy ?? 0) >= 0;
}

function isLine(s: string, least: number): boolean {
  const points = s.split(";");
  return points.length >= least && points.every(isPoint);
}

function closed(s: string): boolean {
  const points = s.split(";");
  return points[0] === points.at(-1);
}

function words(s: string): string[] {
  return s.split(/\s+/).filter(Boolean);
}

function ordered(values: readonly string[], order: ReadonlyMap<string, number> | undefined): string {
  const once = [...new Set(values)];
  if (!order) return once.join(" ");
  const place = (v: string): number => order.get(v) ?? order.size;
  return once.sort((a, b) => place(a) - place(b)).join(" ");
}

/** Removes a plus sign and spare zeros and writes out an exponent; what is no number stays. */
function number(s: string, fraction: boolean): string {
  const m = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,2}))?$/.exec(s);
  if (!m) return s;
  let [whole, part] = [m[2] ?? "", m[3] ?? ""];
  if (whole === "" && (part === "" || (!m[4] && /^0*$/.test(part)))) return s;
  const by = Number(m[4] ?? 0);
  if (by > 0) [whole, part] = [whole + part.padEnd(by, "0").slice(0, by), part.slice(by)];
  if (by < 0) {
    const digits = whole.padStart(-by + 1, "0");
    [whole, part] = [digits.slice(0, by), digits.slice(by) + part];
  }
  part = part.replace(/0+$/, "");
  if (part !== "" && !fraction) return s;
  whole = whole.replace(/^0+(?=[0-9])/, "") || "0";
  const out = part === "" ? whole : `${whole}.${part}`;
  return m[1] === "-" && out !== "0" ? `-${out}` : out;
}

function time(s: string): string {
  const at = s.search(/[Zz+-]/);
  let [hours, offset] = at < 0 ? [s, ""] : [s.slice(0, at), s.slice(at)];
  if (["z", "+00:00", "-00:00", "+00", "-00"].includes(offset)) offset = "Z";
  else if (offset.length === 3) offset += ":00";
  if (hours.length === 5) hours += ":00";
  const [whole, part] = hours.split(".");
  if (part !== undefined) {
    const rest = part.slice(0, 3).replace(/0+$/, "");
    hours = rest === "" ? (whole ?? "") : `${whole}.${rest}`;
  }
  return hours + offset;
}

function point(s: string): string {
  return words(s).map((p) => number(p, true)).join(" ");
}
