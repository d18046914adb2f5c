import type { VV } from "./dot.ts";

/**
 * s as a JSON string with the fewest escapes JSON allows: what JSON.stringify writes of text without lone surrogates.
 */
export function jsonString(s: string): string {
  return JSON.stringify(s);
}

export function jsonValue(value: string | null): string {
  return value === null ? "null" : jsonString(value);
}

export function jsonStrings(list: readonly string[]): string {
  return `[${list.map(jsonString).join(",")}]`;
}

export function jsonVV(v: VV): string {
  return `{${v.devices().map((device) => `${jsonString(device)}:${v.get(device)}`).join(",")}}`;
}
