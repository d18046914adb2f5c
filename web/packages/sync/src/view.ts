import { compare, type Kind, type State, type Status } from "@ruhu/merge";
import type { Core } from "./core.ts";
import { type Entry, held, isVoid, type Item, stateOf, type Stream } from "./model.ts";

/** What the phone shows of one record. */
export interface View {
  readonly record: string;
  readonly form: string;
  readonly version: string;
  readonly grid: string;
  readonly case: string;
  readonly household: string;
  /** Of the server's line; "" while only this phone knows the record. */
  readonly kind: Kind | "";
  /** base with own sets on top; undefined for a stub. */
  readonly state: State | undefined;
  /** The server's state alone; undefined for a stub or before the first pull. */
  readonly base: State | undefined;
  /** Of a stub. */
  readonly status: string;
  /** Own sets the server is not known to have. */
  readonly unsent: number;
  /** Own sets waiting or quarantined. */
  readonly held: number;
  /** Own sets that will never be merged. */
  readonly void: number;
  readonly draft: boolean;
}

interface Counts {
  unsent: number;
  held: number;
  void: number;
}

function count(entries: Iterable<Entry>): Counts {
  const c = { unsent: 0, held: 0, void: 0 };
  for (const e of entries) {
    if (isVoid(e)) c.void++;
    else if (!e.acked) c.unsent++;
    else if (held(e)) c.held++;
  }
  return c;
}

/** What the phone shows of a record; undefined where it shows nothing. */
export function view(core: Core, record: string): View | undefined {
  if (core.erased.has(record)) return undefined;
  const base = core.base(record);
  const { state, own } = core.overlay(record);
  const c = count(core.logs.flatMap((l) => l.entries.filter((e) => e.record === record)));
  const draft = core.drafts.has(record);
  if (base) {
    const copy = stateOf(base);
    const { form, version, grid, household, kind, status } = base;
    // Of a stub only what the server does not have, or holds back, is still shown; what it has is kept unseen.
    const shown = copy !== undefined || (own.length > 0 && c.unsent + c.held > 0);
    return { record, form, version, grid, case: base.case, household, kind, status, base: copy, state: shown ? state : undefined, ...c, draft };
  }
  const last = own[own.length - 1];
  if (core.left.has(record) || !last) return undefined;
  const { form, version, grid } = last;
  return { record, form, version, grid, case: "", household: "", kind: "", status: "", base: undefined, state, ...c, draft };
}

/** The ids of all records the phone shows, sorted. */
export function records(core: Core): string[] {
  const ids = new Set(core.bases.keys());
  for (const l of core.logs) {
    for (const e of l.entries) if (e.line !== undefined && !isVoid(e) && !core.left.has(e.record) && !core.erased.has(e.record)) ids.add(e.record);
  }
  return [...ids].sort(compare);
}

/** The reference lines of a kind (survey, form, household, assignment), by id. */
export function items(core: Core, kind: Kind): Item[] {
  return [...core.items].filter(([, i]) => i.kind === kind).sort((a, b) => compare(a[0], b[0])).map(([, i]) => i);
}

/** One own change set and what became of it. */
export interface Sent {
  readonly stream: Stream;
  readonly device: string;
  readonly seq: number;
  readonly id: string;
  readonly record: string;
  /** "" = not sent yet. */
  readonly status: Status | "";
  readonly code: string;
  /** The server has it. */
  readonly acked: boolean;
  /** A verified backup covers it. */
  readonly safe: boolean;
  /** Its text is still here. */
  readonly kept: boolean;
  /** When it was written, ms by the phone's clock; 0 where the text is gone. */
  readonly at: number;
}

/** Every change set of every log, former devices first, in order of seq. */
export function sent(core: Core): Sent[] {
  return core.logs.flatMap((l) =>
    l.entries.map((e) => ({
      stream: l.meta.stream, device: l.device, seq: e.seq, id: e.id, record: e.record, status: e.status, code: e.code, acked: e.acked,
      safe: e.acked && e.seq <= l.meta.safe, kept: e.line !== undefined, at: at(e),
    })),
  );
}

function at(e: Entry): number {
  const line = e.line === undefined ? undefined : (JSON.parse(e.line) as { at: number });
  return line?.at ?? 0;
}

/** The phone in figures: what the badge and the sync screen say. */
export interface PhoneStatus {
  enrolled: boolean;
  worker: string;
  workerName: string;
  /** Those that write now; "" where there is none. */
  devices: Record<Stream, string>;
  grids: string[];
  epoch: string;
  unsent: number;
  waiting: number;
  quarantined: number;
  void: number;
  /** The server has them, no verified backup covers them yet. */
  unsafe: number;
  records: number;
  stubs: number;
  revoked: boolean;
  /** The digests agreed at the last pull. */
  complete: boolean;
  /** ms by the phone's clock, 0 = never. */
  completeAt: number;
  /** The server's clock minus the phone's, ms, as of the last push. */
  clockOffset: number;
  forks: number;
  pendingLeaves: number;
  markersToHandBack: number;
}

/** Counts. */
export function status(core: Core): PhoneStatus {
  const m = core.meta;
  const s: PhoneStatus = {
    enrolled: core.logs.length > 0, worker: m.worker, workerName: m.workerName, devices: { answers: "", registry: "" }, grids: [...m.grids], epoch: m.epoch,
    unsent: 0, waiting: 0, quarantined: 0, void: 0, unsafe: 0, records: 0, stubs: 0, revoked: m.revoked, complete: m.complete, completeAt: m.completeAt,
    clockOffset: m.offset, forks: m.forks, pendingLeaves: m.leaves.length, markersToHandBack: 0,
  };
  for (const l of core.logs) {
    if (!l.meta.former) s.devices[l.meta.stream] = l.device;
    for (const e of l.entries) {
      if (!e.acked) s.unsent++;
      else if (held(e) && e.line === undefined && l.meta.former) continue; // neither to be shown nor asked about any more
      else if (e.status === "waiting") s.waiting++;
      else if (e.status === "quarantined") s.quarantined++;
      else if (e.status === "void") s.void++;
    }
    s.unsafe += l.entries.filter((e) => e.acked && e.seq > l.meta.safe).length;
  }
  for (const c of core.bases.values()) s[c.state === "" ? "stubs" : "records"]++;
  for (const e of core.erased.values()) if (e.pending.length > 0) s.markersToHandBack++;
  return s;
}
