import { fail } from "../errs.ts";
import { Reader } from "../strictjson.ts";
import { byteLength } from "../utf8.ts";

/** Reads an object whose keys are all known and all required. */
export function members(line: Uint8Array | string, op: string, known: Record<string, (r: Reader) => void>): void {
  const r = new Reader(line, op);
  const readers = new Map(Object.entries(known));
  const seen = new Set<string>();
  r.object((key) => {
    const read = readers.get(key) ?? r.fail("a key that this line does not have");
    if (seen.has(key)) r.fail("a key twice", "duplicate-key");
    seen.add(key);
    read(r);
  });
  if (seen.size !== readers.size) fail("malformed", op, "a required member is missing");
  r.end();
}

/** Reads a string of at most so many bytes that ok accepts. */
export function text(r: Reader, most: number, ok: (s: string) => boolean = () => true): string {
  const s = r.string();
  if (byteLength(s) > most) r.fail("too long", "limit");
  if (!ok(s)) r.fail("an id or name is not right");
  return s;
}
