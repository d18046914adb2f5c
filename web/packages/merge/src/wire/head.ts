import { type ID, idBytes } from "../changeset.ts";
import { fail } from "../errs.ts";
import { sha256 } from "../sha256.ts";
import { type Bytes, hex, unhex } from "../utf8.ts";

/** The running hash of a device's ids, in hex: 64 zeros before the first, then SHA-256(head ‖ id) over raw bytes. */
export type Head = string;

/** The head before the first id. */
export const noHead: Head = "0".repeat(64);

/** The head after one more id. */
export function nextHead(head: Head, id: ID): Head {
  const both = new Uint8Array(64);
  both.set(unhex(head)!);
  both.set(idBytes(id), 32);
  return hex(sha256(both));
}

/** Checks what the wire gives for a head, or another hash. Code: malformed. */
export function parseHead(s: string): Head {
  return s.length === 64 && unhex(s) ? s : fail("malformed", "head", "not 64 small hex digits");
}

/**
 * Sums up the records of one grid: "<count>:<hex of SHA-256 over the record digests, sorted, one after another>". "" where
 * there are none: such a grid is left out.
 */
export function gridDigest(digests: readonly string[]): string {
  if (digests.length === 0) return "";
  const all: Bytes = new Uint8Array(32 * digests.length);
  [...digests].sort().forEach((d, i) => all.set(unhex(d)!, 32 * i)); // hex sorts as its bytes do
  return `${digests.length}:${hex(sha256(all))}`;
}
