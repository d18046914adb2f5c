import { fail } from "./errs.ts";
import * as limits from "./limits.ts";
import { byteLength } from "./utf8.ts";

// A path is where in a record something lies: segments joined by "/", each a name and, in a repeat, the id of a row:
//
//	path    = segment *( "/" segment )
//	segment = name [ "[" row "]" ]
//	name    = an XML NCName; the first may be preceded by "@", which makes the path the record's own
//	row     = 1*64( A-Z a-z 0-9 "_" "-" "." ":" )
//
// A path whose last segment has a row id names that row; any other names a value.

/** Checks s against the grammar and the limits, and returns it. Codes: malformed, limit. */
export function parsePath(s: string): string {
  const op = "path";
  if (s.length > limits.pathBytes || byteLength(s) > limits.pathBytes) fail("limit", op, `more than ${limits.pathBytes} bytes`);
  let segments = 0;
  let rows = 0;
  let i = s.startsWith("@") ? 1 : 0;
  for (;;) {
    const from = i;
    i = nameEnd(s, i);
    if (i === from) fail("malformed", op, "a segment has no name");
    segments++;
    if (s[i] === "[") {
      const end = rowIDEnd(s, i + 1);
      if (end === i + 1 || end - i - 1 > 64 || s[end] !== "]") fail("malformed", op, "a row id is not right");
      rows++;
      i = end + 1;
    }
    if (i === s.length) break;
    if (s[i] !== "/") fail("malformed", op, "a character that no path holds");
    i++;
  }
  if (segments > limits.pathSegments || rows > limits.pathRows) fail("limit", op, "nested too deeply");
  return s;
}

/** Whether p names a row rather than a value. */
export function isRow(p: string): boolean {
  return p.endsWith("]");
}

/** Whether p belongs to the record itself ("@status") and not to its answers. */
export function isRecord(p: string): boolean {
  return p.startsWith("@");
}

/** Splits a row's path: "a[r1]/b[r2]" is row "r2" of repeat "a[r1]/b". Both are empty where p is no row. */
export function rowOf(p: string): { repeat: string; id: string } {
  if (!isRow(p)) return { repeat: "", id: "" };
  const i = p.lastIndexOf("[");
  return { repeat: p.slice(0, i), id: p.slice(i + 1, -1) };
}

/** p without row ids: the name of the question in the form. */
export function question(p: string): string {
  return p.replace(/\[[^\]]*\]/g, "");
}

/** The rows p lies below, outermost first; p itself is not among them. */
export function enclosingRows(p: string): string[] {
  const out: string[] = [];
  for (let i = p.indexOf("]"); i >= 0 && i < p.length - 1; i = p.indexOf("]", i + 1)) out.push(p.slice(0, i + 1));
  return out;
}

/**
 * Whether path lies at or below prefix as withholding understands it. A prefix segment without a row id stands for all
 * rows: "members/note" covers "members[r1]/note" of every row, also of rows that arrive later.
 */
export function pathCovers(prefix: string, path: string): boolean {
  const of = path.split("/");
  return prefix.split("/").every((a, i) => {
    const b = of[i];
    if (b === undefined || b === "" && i > 0) return false;
    if (a === b) return true;
    const row = b.indexOf("[");
    return row >= 0 && a === b.slice(0, row);
  });
}

function rowIDEnd(s: string, i: number): number {
  while (i < s.length && /[A-Za-z0-9_.:-]/.test(s[i]!)) i++;
  return i;
}

/** Where the NCName of XML 1.0 (fifth edition) that begins at i ends. */
function nameEnd(s: string, from: number): number {
  let i = from;
  while (i < s.length) {
    const r = s.codePointAt(i)!;
    if (!nameStart(r) && (i === from || !nameRest(r))) break;
    i += r > 0xffff ? 2 : 1;
  }
  return i;
}

// Fixed ranges, unlike Unicode categories, are the same in every runtime and year.

function nameStart(r: number): boolean {
  if (r < 0x80) return (r >= 0x61 && r <= 0x7a) || (r >= 0x41 && r <= 0x5a) || r === 0x5f;
  return (
    (r >= 0xc0 && r <= 0xd6) || (r >= 0xd8 && r <= 0xf6) || (r >= 0xf8 && r <= 0x2ff) || (r >= 0x370 && r <= 0x37d) ||
    (r >= 0x37f && r <= 0x1fff) || (r >= 0x200c && r <= 0x200d) || (r >= 0x2070 && r <= 0x218f) || (r >= 0x2c00 && r <= 0x2fef) ||
    (r >= 0x3001 && r <= 0xd7ff) || (r >= 0xf900 && r <= 0xfdcf) || (r >= 0xfdf0 && r < 0xfffd) || (r >= 0x10000 && r <= 0xeffff)
  );
}

function nameRest(r: number): boolean {
  return (r >= 0x30 && r <= 0x39) || r === 0x2d || r === 0x2e || r === 0xb7 || (r >= 0x300 && r <= 0x36f) || (r >= 0x203f && r <= 0x2040);
}
