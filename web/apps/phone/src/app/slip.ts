import { type Bytes, encode, hex, sha256 } from "@ruhu/merge";
import type { Slip } from "./ports.ts";

/** Crockford's base 32: no I, L, O, U, which people confuse or read as words. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** With the five symbols of its check character, modulo 37. */
const checks = alphabet + "*~$=U";
const chars = 12;

/** Draws a withdrawal code: 12 characters, 60 random bits. */
export function drawCode(random: (n: number) => Bytes): string {
  return [...random(chars)].map((b) => alphabet[b & 31]).join("");
}

/** The check character of a code. */
export function checkOf(code: string): string {
  let v = 0;
  for (const c of code) v = (v * 32 + alphabet.indexOf(c)) % 37;
  return checks[v]!;
}

/** What a record keeps of a code, at "@withdrawal". */
export function hashOf(code: string): string {
  return hex(sha256(encode(`ruhu-withdraw:${code}`)));
}

/** A code as it stands on the slip. */
export function slipOf(code: string): Slip {
  const whole = `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8, 12)}-${checkOf(code)}`;
  return { code: whole, qr: whole };
}
