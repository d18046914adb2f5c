import { compare, gridDigest, hex, parseState, pathCovers, type PullLine, sha256, stripValues, tryDecode } from "@ruhu/merge";
import type { Changes } from "./changes.ts";
import { itemID } from "./changes.ts";
import type { Core } from "./core.ts";
import { type BaseCopy, keyCopy, keyDraft, keyItem, keyLeft, type Leave, makeStub, stateOf } from "./model.ts";

/** The phone's log and the server's differ. */
export class Forked extends Error {
  constructor() {
    super("phone: log and server differ");
    this.name = "Forked";
  }
}

/** Takes in a survey, form, household or assignment. Gone without an id empties the kind: what follows is all. */
export function reference(core: Core, l: PullLine, ch: Changes): void {
  if (l.gone && l.id === "") {
    for (const [key, i] of [...core.items]) {
      if (i.kind !== l.kind) continue;
      core.items.delete(key);
      ch.drop(key);
    }
    return;
  }
  const item = { kind: l.kind, id: l.id, grid: l.grid, version: l.version, body: l.body };
  const key = keyItem(l.kind, itemID(item));
  if (l.gone) {
    core.items.delete(key);
    ch.drop(key);
    return;
  }
  core.items.set(key, item);
  ch.item(item);
}

/** Replaces the phone's copy whole. A stub that comes while own work is unsent takes the answers only afterwards. */
export function record(core: Core, l: PullLine, busy: ReadonlySet<string>, ch: Changes): void {
  if (l.record === "" || core.erased.has(l.record)) return;
  const before = core.bases.get(l.record);
  const c: BaseCopy = {
    record: l.record, kind: l.kind, grid: l.grid, case: l.case, household: l.household, form: l.form, version: l.version, status: l.status, at: l.at,
    until: l.until, digest: l.digest === "" ? "0".repeat(64) : l.digest, state: "", stub: false,
  };
  if (l.kind === "stub") {
    if (before && before.state !== "" && busy.has(l.record)) {
      c.state = before.state;
      c.stub = true;
    }
  } else {
    const s = parseState(l.state);
    if (s.erased) return;
    for (const log of core.logs) {
      if (!log.meta.former && (s.vv.get(log.device) ?? 0) > log.last) throw new Forked(); // the server knows more of this phone than the phone does
    }
    c.state = l.state;
    c.digest = hex(sha256(l.state));
  }
  // The server shows it again, after whatever ended the view before.
  core.meta.leaves = core.meta.leaves.filter((v) => !(v.record === l.record && v.at < l.at));
  if (core.left.delete(l.record)) ch.drop(keyLeft(l.record));
  core.bases.set(l.record, c);
  ch.copy(c);
}

function ends(v: Leave, c: BaseCopy): boolean {
  return c.at <= v.at && (v.record === c.record || (v.record === "" && v.grid === c.grid));
}

/**
 * Carries out what ended the phone's view, of copies that are not newer, as soon as own work there is acknowledged. Own sets
 * that are not safe stay, unseen.
 */
export function obeyLeaves(core: Core, ch: Changes): void {
  const busy = core.busyRecords();
  for (const [id, c] of core.bases) {
    if (!(c.stub || core.over(c)) || busy.has(id)) continue;
    makeStub(c);
    ch.shred = true;
    ch.copy(c);
    ch.dropApp(id);
  }
  core.meta.leaves = core.meta.leaves.filter((v) => {
    let open = false;
    for (const [id, c] of [...core.bases]) {
      if (!ends(v, c)) continue;
      if (busy.has(id)) {
        open = true;
        continue;
      }
      ch.shred = true;
      forget(core, id, ch);
      core.left.add(id);
      ch.left(id);
    }
    return open;
  });
}

/** Deletes copy, draft and the application's files of a record. */
function forget(core: Core, id: string, ch: Changes): void {
  core.bases.delete(id);
  ch.drop(keyCopy(id));
  core.drafts.delete(id);
  core.open.delete(id);
  ch.drop(keyDraft(id));
  ch.dropApp(id);
}

/** Deletes every word of a record on this phone, and keeps the marker. */
export function erase(core: Core, l: PullLine, ch: Changes): void {
  if (l.record === "") return;
  ch.shred = true;
  if (!core.erased.has(l.record)) {
    const m = { record: l.record, proof: l.proof, pending: [] };
    core.erased.set(l.record, m);
    ch.erased(m);
  }
  forget(core, l.record, ch);
  for (const log of core.logs) {
    for (const e of log.entries) {
      if (e.record !== l.record || e.line === undefined) continue;
      e.line = undefined; // a seq not yet sent is declared missing: the server would strip it anyway
      ch.entry(log, e);
    }
  }
}

/**
 * Deletes the values under a prefix from the copy and from own sets that arrived. One that is not acknowledged goes out first,
 * the server strips it on arrival, and the line comes again with its state.
 */
export function withhold(core: Core, l: PullLine, ch: Changes): void {
  ch.shred = true;
  const c = core.bases.get(l.record);
  const state = stateOf(c)?.clone();
  if (c && state) {
    state.withhold(l.prefix);
    c.state = state.canonical();
    c.digest = hex(sha256(c.state));
    ch.copy(c);
  }
  const d = core.drafts.get(l.record);
  if (d) {
    for (const path of [...d.set.keys()]) if (pathCovers(l.prefix, path)) d.set.delete(path);
    d.screen?.withhold(l.prefix);
    ch.draft(d);
  }
  for (const log of core.logs) {
    for (const e of log.entries) {
      if (e.record !== l.record || e.line === undefined || !e.acked || !writesBelow(e.line, l.prefix)) continue;
      e.line = undefined;
      ch.entry(log, e);
    }
  }
}

function writesBelow(line: string, prefix: string): boolean {
  const c = tryDecode(line);
  return c !== undefined && stripValues(c, [prefix]) !== c;
}

/**
 * The grids whose digest is not the server's, sorted. A copy that only waits for own work to be acknowledged is not counted:
 * the server no longer counts it either.
 */
export function differ(core: Core, server: ReadonlyMap<string, string>): string[] {
  const own = new Map<string, string[]>();
  for (const c of core.bases.values()) {
    if (c.digest.length !== 64 || core.meta.leaves.some((v) => ends(v, c))) continue;
    const list = own.get(c.grid);
    if (list) list.push(c.digest);
    else own.set(c.grid, [c.digest]);
  }
  const grids = new Set([...own.keys(), ...server.keys()]);
  return [...grids].filter((g) => (server.get(g) ?? "") !== gridDigest(own.get(g) ?? [])).sort(compare);
}

/** Forgets everything the server sent about records, cases and forms. */
export function dropBase(core: Core, ch: Changes): void {
  for (const id of core.bases.keys()) ch.drop(keyCopy(id));
  for (const key of core.items.keys()) ch.drop(key);
  core.bases = new Map();
  core.items = new Map();
  core.meta.leaves = [];
  core.meta.cursor = "";
}
