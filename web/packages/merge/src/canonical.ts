import { type Dot, dotKey, VV } from "./dot.ts";
import { fail } from "./errs.ts";
import * as limits from "./limits.ts";
import { jsonString, jsonStrings, jsonValue, jsonVV } from "./jsonout.ts";
import { type Birth, type Mark, type Register, type Row, State, type Write } from "./state.ts";
import { bytesOf, Reader } from "./strictjson.ts";
import { compare } from "./utf8.ts";

/** State.canonical. */
export function canonicalOf(s: State): string {
  if (s.erased) return '{"erased":true}';
  const members: string[] = [];
  const member = (key: string, size: number, value: () => string): void => {
    if (size > 0) members.push(`"${key}":${value()}`);
  };
  member("cells", s.registers.length, () => object(s.registers.map((r) => [r.path, `[${r.siblings.map(writeText).join(",")}]`])));
  member("rows", s.rows.length, () => object(s.rows.map((r) => [r.path, rowText(r)])));
  member("status_ctx", s.statusCtx.size, () => byDot(s.statusCtx, jsonVV));
  member("times", s.times.size, () => byDot(s.times, String));
  member("vv", s.vv.size, () => jsonVV(s.vv));
  member("withheld", s.withheld.length, () => jsonStrings(s.withheld));
  return `{${members.join(",")}}`;
}

function object(entries: (readonly [key: string, value: string])[]): string {
  return `{${entries.map(([key, value]) => `${jsonString(key)}:${value}`).join(",")}}`;
}

function byDot<V>(m: ReadonlyMap<string, V>, text: (v: V) => string): string {
  return object([...m].sort((a, b) => compare(a[0], b[0])).map(([key, v]) => [key, text(v)]));
}

function dotText(d: Dot): string {
  return `${jsonString(d.device)},${d.seq}`;
}

function writeText(w: Write): string {
  return `[${dotText(w)},${jsonValue(w.value)}]`;
}

function rowText(r: Row): string {
  const members: string[] = [];
  if (r.birth) members.push(`"birth":[${r.birth.time},${dotText(r.birth)}]`);
  if (r.marks.length > 0) members.push(`"marks":[${r.marks.map((m) => `[${dotText(m)},"${m.minus ? "-" : "+"}"]`).join(",")}]`);
  return `{${members.join(",")}}`;
}

/**
 * Reads canonical JSON, and nothing but canonical JSON: what it accepts, canonical gives back byte for byte.
 * Codes: malformed, limit, bad-utf8, unsafe-number, too-deep.
 */
export function parseState(canonical: Uint8Array | string): State {
  const op = "parse state";
  const r = new Reader(canonical, op, limits.stateKeys);
  const s = new State();
  r.object((key) => parseMember(s, r, key));
  r.end();
  s.check();
  const again = s.canonical();
  const same = typeof canonical === "string" ? again === canonical : equalBytes(bytesOf(again), canonical);
  if (!same) fail("malformed", op, "not the canonical form");
  return s;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((c, i) => c === b[i]);
}

function parseMember(s: State, r: Reader, key: string): void {
  switch (key) {
    case "erased":
      if (!r.bool()) r.fail("erased is true or absent");
      s.erased = true;
      return;
    case "vv":
      s.vv = parseVV(r);
      return;
    case "cells":
      r.object((path) => s.registers.push(parseRegister(r, path)));
      return;
    case "rows":
      r.object((path) => s.rows.push(parseRow(r, path)));
      return;
    case "times":
      s.times = new Map();
      r.object((k) => s.times.set(parseDotKey(r, k), r.int()));
      return;
    case "status_ctx":
      s.statusCtx = new Map();
      r.object((k) => s.statusCtx.set(parseDotKey(r, k), parseVV(r)));
      return;
    case "withheld":
      r.array(() => s.withheld.push(r.string()));
      return;
  }
  r.fail("a member that no state has");
}

function parseVV(r: Reader): VV {
  const v = new VV();
  r.object((device) => v.set(device, r.uint()));
  return v;
}

/** Checks a key that names a dot and returns it in the one form dotKey writes. */
function parseDotKey(r: Reader, key: string): string {
  const i = key.lastIndexOf(":");
  const digits = key.slice(i + 1);
  const seq = Number(digits);
  if (i < 1 || !/^[0-9]+$/.test(digits) || !Number.isSafeInteger(seq)) r.fail("a key that is no dot");
  return dotKey({ device: key.slice(0, i), seq });
}

function readDot(r: Reader): Dot {
  const device = r.string();
  r.comma();
  return { device, seq: r.uint() };
}

function parseRegister(r: Reader, path: string): Register {
  const siblings: Write[] = [];
  r.array(() => {
    r.open();
    const d = readDot(r);
    r.comma();
    siblings.push({ ...d, value: r.null() ? null : r.string() });
    r.close();
  });
  return { path, siblings };
}

function parseRow(r: Reader, path: string): Row {
  const marks: Mark[] = [];
  let birth: Birth | undefined;
  r.object((key) => {
    if (key === "birth") {
      r.open();
      const time = r.int();
      r.comma();
      birth = { time, ...readDot(r) };
      r.close();
    } else if (key === "marks") {
      r.array(() => {
        r.open();
        const d = readDot(r);
        r.comma();
        const mark = r.string();
        if (mark !== "+" && mark !== "-") r.fail("a mark that is none");
        marks.push({ ...d, minus: mark === "-" });
        r.close();
      });
    } else {
      r.fail("a member that no row has");
    }
  });
  return birth ? { path, marks, birth } : { path, marks };
}
