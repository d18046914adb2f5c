import { VV, type Dot } from "./dot.ts";
import { fail } from "./errs.ts";
import { jsonString, jsonStrings, jsonValue, jsonVV } from "./jsonout.ts";
import { sha256 } from "./sha256.ts";
import { type Bytes, compare, encode, hex, unhex } from "./utf8.ts";

/** An id as the wire has it: "sha256:" and 64 small hex digits. */
export type ID = string;

/** The id of a line: the SHA-256 of its exact bytes. A trailing newline is no part of it. */
export function idOf(line: Uint8Array | string): ID {
  const b = typeof line === "string" ? encode(line) : line;
  return "sha256:" + hex(sha256(b[b.length - 1] === 0x0a ? b.subarray(0, b.length - 1) : b));
}

/** The 32 bytes of an id. Code: malformed. */
export function idBytes(id: ID): Bytes {
  const b = id.startsWith("sha256:") && id.length === 71 ? unhex(id.slice(7)) : undefined;
  return b ?? fail("malformed", "id", "not sha256: and 64 small hex digits");
}

/** One path written by a change set. null is "cleared", a value like any other. */
export interface Cell {
  readonly path: string;
  readonly value: string | null;
}

/**
 * One save of one record by one device: atomic and immutable. set, add and del are sorted (set by path) and hold no path
 * twice, once normalize has run. Texts hold no lone surrogates.
 */
export interface ChangeSet {
  device: string;
  seq: number;
  epoch: string;
  /** The author's clock, milliseconds since the Unix epoch. */
  at: number;
  nonce: string;
  record: string;
  form: string;
  version: string;
  grid: string;
  /** Dots of this record that stood on the author's screen. */
  ctx: VV;
  set: Cell[];
  add: string[];
  del: string[];
}

/** A change set's name. */
export function dotOf(c: ChangeSet): Dot {
  return { device: c.device, seq: c.seq };
}

/** The cell a change set writes at path. */
export function get(c: ChangeSet, path: string): Cell | undefined {
  return c.set.find((cell) => cell.path === path);
}

/** Sorts set, add and del, so that an author may fill them in any order. Of a path written twice the last stays. */
export function normalize(c: ChangeSet): void {
  if (!cellsSorted(c.set)) c.set = [...new Map(c.set.map((cell) => [cell.path, cell])).values()].sort((a, b) => compare(a.path, b.path));
  c.add = sortedOnce(c.add);
  c.del = sortedOnce(c.del);
}

/** A sorted copy without repeats. */
export function sortedOnce(list: readonly string[]): string[] {
  return [...new Set(list)].sort(compare);
}

export function cellsSorted(cells: readonly Cell[]): boolean {
  for (let i = 1; i < cells.length; i++) if (compare(cells[i - 1]!.path, cells[i]!.path) >= 0) return false;
  return true;
}

/**
 * The line an author sends: keys sorted, no spaces, empty members left out, no newline. It normalizes c first. The id of
 * the change set is idOf of exactly this.
 */
export function encodeChangeSet(c: ChangeSet): string {
  normalize(c);
  let b = "{";
  if (c.add.length > 0) b += `"add":${jsonStrings(c.add)},`;
  b += `"at":${c.at}`;
  if (c.ctx.size > 0) b += `,"ctx":${jsonVV(c.ctx)}`;
  if (c.del.length > 0) b += `,"del":${jsonStrings(c.del)}`;
  b += `,"device":${jsonString(c.device)},"epoch":${jsonString(c.epoch)},"form":${jsonString(c.form)},"grid":${jsonString(c.grid)}`;
  b += `,"nonce":${jsonString(c.nonce)},"record":${jsonString(c.record)},"seq":${c.seq}`;
  if (c.set.length > 0) b += `,"set":{${c.set.map((cell) => `${jsonString(cell.path)}:${jsonValue(cell.value)}`).join(",")}}`;
  return b + `,"v":1,"version":${jsonString(c.version)}}`;
}
