import { type Bytes, encode } from "@ruhu/merge";
import { PhoneFault } from "../app/fault.ts";

/** Rounds of PBKDF2-HMAC-SHA-256 at least (OWASP 2023), and what a fast phone is given at most. */
export const leastRounds = 600_000;
const mostRounds = 4_000_000;
/** What an attempt may cost a person, ms. */
const aim = 500;

/** A PIN or passphrase as it counts: whatever keyboard it was typed on. */
export function normalPin(typed: string): string {
  return typed.normalize("NFKC").trim();
}

/** Throws weak-pin where a PIN is shorter than 6, one character over and over, or a run like 123456. */
export function checkPin(typed: string): void {
  const pin = [...normalPin(typed)];
  const steps = pin.slice(1).map((c, i) => c.codePointAt(0)! - pin[i]!.codePointAt(0)!);
  const run = new Set(steps).size <= 1 && Math.abs(steps[0] ?? 0) <= 1;
  if (pin.length < 6 || run || pin.length > 128) throw new PhoneFault("weak-pin", "choose PIN");
}

/** The AES key that a PIN gives. */
export async function keyOfPin(pin: string, salt: Bytes, rounds: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", encode(normalPin(pin)), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** How many rounds take about half a second here; never fewer than leastRounds, however slow the phone. */
export async function measureRounds(now: () => number = () => performance.now()): Promise<number> {
  const sample = 100_000;
  const begun = now();
  await keyOfPin("000000", new Uint8Array(16), sample);
  const each = Math.max(now() - begun, 1) / sample;
  return Math.min(mostRounds, Math.max(leastRounds, Math.round(aim / each / 50_000) * 50_000));
}
