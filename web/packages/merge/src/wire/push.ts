import { type ChangeSet, type ID, idOf } from "../changeset.ts";
import { Coded, fail, wrap } from "../errs.ts";
import { jsonString } from "../jsonout.ts";
import * as limits from "../limits.ts";
import { decodeChangeSet } from "./decode.ts";
import { type Head, parseHead } from "./head.ts";
import { members, text } from "./members.ts";
import { isDevice, isID, isText } from "./names.ts";

const op = "read push";

/** The first line of a push: whose log it is and where the phone stands. */
export interface Opening {
  readonly device: string;
  /** "" before the first pull. */
  readonly cursor: string;
  /** The seq before the first set of this push, or the device's last where the opening is alone. */
  readonly last: number;
  /** Running hash of ids 1 to last. */
  readonly head: Head;
}

/** The line with its newline. */
export function openingLine(o: Opening): string {
  return `{"device":${jsonString(o.device)},"cursor":${jsonString(o.cursor)},"last":${o.last},"head":"${o.head}"}\n`;
}

/** Why a phone declares seqs void: its copy of the bytes cannot be read any more, or it has none. */
export type VoidReason = "damaged" | "missing";

/** Declares that from to to will never come. Each of the seqs has the id of the line. */
export interface VoidRange {
  readonly why: VoidReason;
  readonly from: number;
  readonly to: number;
}

/** The line without its newline: what its id is the hash of. */
export function voidLine(v: VoidRange): string {
  return `{"void":"${v.why}","from":${v.from},"to":${v.to}}`;
}

/** An erased marker handed back to a server that may have forgotten it. Its proof is the server's own. */
export interface Erased {
  readonly record: string;
  readonly proof: string;
}

/** The line with its newline. */
export function erasedLine(e: Erased): string {
  return `{"erased":${jsonString(e.record)},"proof":${jsonString(e.proof)}}\n`;
}

/** A device's signature over its running hash at seq: the last line of a push. sig is base64url of 64 bytes, r ‖ s. */
export interface Attest {
  readonly seq: number;
  readonly head: Head;
  readonly sig: string;
}

/** What is signed. */
export function attestMessage(device: string, seq: number, head: Head): string {
  return `ruhu-attest:${device}:${seq}:${head}`;
}

/** The line with its newline. */
export function attestLine(a: Attest): string {
  return `{"attest":${a.seq},"head":"${a.head}","sig":"${a.sig}"}\n`;
}

/** One line of a push after the opening. A change set that cannot be read has the error's code instead of the set. */
export type Item =
  | { readonly kind: "set"; readonly id: ID; readonly set?: ChangeSet; readonly code?: string }
  | { readonly kind: "void"; readonly id: ID; readonly void: VoidRange }
  | { readonly kind: "erased"; readonly id: ID; readonly mark: Erased }
  | { readonly kind: "attest"; readonly id: ID; readonly attest: Attest };

/** A push read whole; its items in the order sent, an attestation last. */
export interface Push extends Opening {
  readonly items: readonly Item[];
}

/**
 * Reads an unpacked body. Lines of change sets that cannot be read are items with a code; an error means that nothing of the
 * push may be stored. Codes: too-large, bad-request.
 */
export function parsePush(body: Uint8Array): Push {
  if (body.length > limits.pushBytes) fail("too-large", op, `more than ${limits.pushBytes} bytes`);
  let opening: Opening | undefined;
  const items: Item[] = [];
  let voids = 0;
  for (const line of splitLines(body)) {
    if (line.length === 0) continue;
    if (!opening) {
      opening = badRequest(() => parseOpening(line));
      continue;
    }
    if (items.length > limits.pushLines) fail("too-large", op, `more than ${limits.pushLines} lines`); // one more for the attestation
    if (items[items.length - 1]?.kind === "attest") fail("bad-request", op, "a line after the attestation");
    const item = badRequest(() => parseItem(line));
    if (item.kind === "void" && (voids += item.void.to - item.void.from + 1) > limits.pushLines) fail("too-large", op, "declares too many seqs void");
    items.push(item);
  }
  return opening ? { ...opening, items } : fail("bad-request", op, "no opening line");
}

function badRequest<T>(f: () => T): T {
  try {
    return f();
  } catch (err) {
    throw new Coded("bad-request", op, wrap("", err).message, err);
  }
}

function splitLines(b: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  let from = 0;
  for (let i = b.indexOf(0x0a); i >= 0; i = b.indexOf(0x0a, from)) {
    out.push(b.subarray(from, i));
    from = i + 1;
  }
  out.push(b.subarray(from));
  return out;
}

function parseItem(line: Uint8Array): Item {
  const id = idOf(line);
  switch (firstKey(line)) {
    case "void":
    case "from":
    case "to":
      return { kind: "void", id, void: parseVoid(line) };
    case "erased":
    case "proof":
      return { kind: "erased", id, mark: parseErased(line) };
    case "attest":
    case "head":
    case "sig":
      return { kind: "attest", id, attest: parseAttest(line) };
  }
  try {
    return { kind: "set", id, set: decodeChangeSet(line) };
  } catch (err) {
    if (err instanceof Coded) return { kind: "set", id, code: err.code };
    throw err;
  }
}

/** The first key of an object as it is written, without judging the rest; "" where there is none. */
function firstKey(line: Uint8Array): string {
  let i = 0;
  for (const c of [0x7b, 0x22]) {
    while (line[i] === 0x20 || line[i] === 0x09 || line[i] === 0x0d) i++;
    if (line[i] !== c) return "";
    i++;
  }
  const key = line.subarray(i, i + 9);
  const end = key.indexOf(0x22);
  return end < 0 ? "" : String.fromCharCode(...key.subarray(0, end));
}

const cursorBytes = 64 << 10;

function parseOpening(line: Uint8Array): Opening {
  const o = { device: "", cursor: "", last: 0, head: "" };
  members(line, "read opening", {
    device: (r) => (o.device = text(r, limits.idBytes, isDevice)),
    cursor: (r) => (o.cursor = text(r, cursorBytes, isText)),
    last: (r) => (o.last = r.uint()),
    head: (r) => (o.head = parseHead(r.string())),
  });
  return o;
}

function parseVoid(line: Uint8Array): VoidRange {
  const v = { why: "", from: 0, to: 0 };
  members(line, "read void declaration", {
    void: (r) => (v.why = text(r, 16, (s) => s === "damaged" || s === "missing")),
    from: (r) => (v.from = r.uint()),
    to: (r) => (v.to = r.uint()),
  });
  if (v.from === 0 || v.to < v.from) fail("malformed", op, "an empty range");
  if (v.to - v.from >= limits.pushLines) fail("limit", op, `more than ${limits.pushLines} seqs`);
  return { ...v, why: v.why === "damaged" ? "damaged" : "missing" };
}

function parseErased(line: Uint8Array): Erased {
  const e = { record: "", proof: "" };
  members(line, "read erased marker", {
    erased: (r) => (e.record = text(r, limits.idBytes, isID)),
    proof: (r) => (e.proof = text(r, 1 << 10, isText)),
  });
  return e;
}

function parseAttest(line: Uint8Array): Attest {
  const a = { seq: 0, head: "", sig: "" };
  members(line, "read attestation", {
    attest: (r) => (a.seq = r.uint()),
    head: (r) => (a.head = parseHead(r.string())),
    sig: (r) => (a.sig = text(r, 128, isText)),
  });
  // 64 bytes in base64url: 86 characters, the last of which carries two bits.
  if (a.seq === 0 || !/^[A-Za-z0-9_-]{85}[AQgw]$/.test(a.sig)) fail("malformed", op, "not a signature over a seq");
  return a;
}
