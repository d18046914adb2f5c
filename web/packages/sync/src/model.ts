import { type ID, type Kind, parseState, State, type Status, statusPath, VV, type VoidReason, decode, encode, type Bytes } from "@ruhu/merge";

/** One of a phone's two logs. */
export type Stream = "answers" | "registry";

/** Both, in the order in which everything is done. */
export const streams: readonly Stream[] = ["answers", "registry"];

/** What a log is besides its entries. */
export interface LogMeta {
  readonly device: string;
  readonly stream: Stream;
  /** A name in Keys. */
  readonly key: string;
  former: boolean;
  /** What the server of the present epoch has of it is known. */
  known: boolean;
  safe: number;
  attested: number;
}

/** Ends the phone's view of a record or grid, of copies that are not newer than at. */
export interface Leave {
  readonly record: string;
  readonly grid: string;
  readonly at: number;
}

/** Everything of a phone that is not a list of things. */
export interface Meta {
  worker: string;
  workerName: string;
  certificate: string;
  serverKey: string; // base64; "" = none
  grids: string[];
  epoch: string;
  cursor: string;
  logs: LogMeta[]; // former ones first
  leaves: Leave[];
  revoked: boolean;
  complete: boolean;
  completeAt: number; // ms by the phone's clock
  offset: number; // the server's clock minus the phone's, ms, as of the last push
  probed: number; // when every log was last compared with the server's
  forks: number;
  /** The key made for an enrolment whose answer has not come: a repeat must show the same. "" = none. */
  enrolKey: string;
}

/** The meta of a phone that is nobody's yet. */
export function noMeta(): Meta {
  return {
    worker: "", workerName: "", certificate: "", serverKey: "", grids: [], epoch: "", cursor: "", logs: [], leaves: [], revoked: false,
    complete: false, completeAt: 0, offset: 0, probed: 0, forks: 0, enrolKey: "",
  };
}

/** One seq of a log. */
export interface Entry {
  readonly seq: number;
  /** "" where the entry was damaged or is gone. */
  id: ID | "";
  /** The exact text; undefined when given up or damaged. */
  line?: string | undefined;
  readonly record: string;
  /** Where the phone stood when the form was opened: what the author can have seen, and was allowed. */
  readonly cursor: string;
  /** Of the last answer that named it; "" = never answered. */
  status: Status | "";
  code: string;
  /** The server of the present epoch has it. */
  acked: boolean;
  /** The range it was declared void with, and why; 0 = it was not. */
  from: number;
  to: number;
  why: VoidReason | "";
}

export function newEntry(seq: number, e: Partial<Entry> = {}): Entry {
  return { seq, id: "", record: "", cursor: "", status: "", code: "", acked: false, from: 0, to: 0, why: "", ...e };
}

/** The server keeps the set and has not merged it. */
export function held(e: Entry): boolean {
  return e.acked && (e.status === "waiting" || e.status === "quarantined");
}

export function isVoid(e: Entry): boolean {
  return e.status === "void" || e.from > 0;
}

/** The server's word on one record: its state, or a stub. */
export interface BaseCopy {
  readonly record: string;
  readonly kind: Kind;
  readonly grid: string;
  readonly case: string;
  readonly household: string;
  readonly form: string;
  readonly version: string;
  /** Of a stub. */
  status: string;
  readonly at: number;
  /** ms of the server: the state is kept until then, a stub after it; 0 = no limit. */
  readonly until: number;
  /** Hex. */
  digest: string;
  /** Canonical; "" = only a stub is left. */
  state: string;
  /** A stub came while own work was unsent; the state goes when the work is acknowledged. */
  stub: boolean;
}

const parsed = new WeakMap<BaseCopy, { text: string; state: State }>();

/** The state of a copy, undefined for a stub. It is shared: clone it before changing it. */
export function stateOf(c: BaseCopy | undefined): State | undefined {
  if (!c || c.state === "") return undefined;
  let p = parsed.get(c);
  if (p?.text !== c.state) {
    try {
      p = { text: c.state, state: parseState(c.state) };
    } catch {
      return undefined; // it was parsed when it came; damaged since: the next pull from zero brings it again
    }
    parsed.set(c, p);
  }
  return p.state;
}

/** Takes the answers away and leaves what coverage needs. */
export function makeStub(c: BaseCopy): void {
  const s = stateOf(c);
  if (s && c.status === "") c.status = s.shown(statusPath)?.value ?? (s.shown(statusPath) ? "" : "draft");
  c.state = "";
  c.stub = false;
}

/** Says that a record was erased; it is kept for ever and handed back to a server that forgot. */
export interface ErasedMark {
  readonly record: string;
  readonly proof: string;
  /** Streams it is still to be handed back to. */
  pending: Stream[];
}

/** A reference line: a survey, form, household or assignment. */
export interface Item {
  readonly kind: Kind;
  readonly id: string;
  readonly grid: string;
  readonly version: string;
  /** JSON, as it came. */
  readonly body: string;
}

/** What is being typed on one record. */
export interface Draft {
  readonly record: string;
  stream: Stream;
  form: string;
  version: string;
  grid: string;
  /** Epoch and cursor under which the form was opened. */
  epoch: string;
  cursor: string;
  ctx: VV;
  /** What the form was opened on, with this session's own sets; undefined where it is damaged. */
  screen: State | undefined;
  set: Map<string, string | null>;
  add: string[];
  del: string[];
}

/** Whether something was typed since the last cut. */
export function typed(d: Draft): boolean {
  return d.set.size + d.add.length + d.del.length > 0;
}

// Entries of the store: keys, and values as JSON. Maps are lists of pairs there, because "__proto__" is a path like others.

export const keyMeta = "meta";

export function keyEntry(device: string, seq: number): string {
  return `log/${device}/${String(seq).padStart(16, "0")}`;
}
export function keyCopy(record: string): string {
  return `copy/${record}`;
}
export function keyDraft(record: string): string {
  return `draft/${record}`;
}
export function keyLeft(record: string): string {
  return `left/${record}`;
}
export function keyErased(record: string): string {
  return `erased/${record}`;
}
export function keyItem(kind: string, id: string): string {
  return `item/${kind}/${id}`;
}
/** An own set sealed for the server, see escrow. */
export function keyPack(device: string, seq: number): string {
  return `pack/${device}/${String(seq).padStart(16, "0")}`;
}
/** Where the drafts of a device's stream lie sealed for the server, each under the seq it would take. */
export function keyDraftPacks(device: string): string {
  return `pack/${device}/draft/`;
}
export function keyDraftPack(device: string, seq: number): string {
  return keyDraftPacks(device) + String(seq).padStart(16, "0");
}
/** Where the application keeps what belongs to a record. */
export function keyApp(record: string): string {
  return `app/${record}/`;
}

/** v as a value of the store. */
export function pack(v: unknown): Bytes {
  return encode(JSON.stringify(v));
}

/** What pack wrote; undefined where the bytes are none, or not of a kind that ok accepts. */
export function unpack<T>(b: Bytes | null, ok: (v: T) => boolean): T | undefined {
  const text = b && decode(b);
  if (text === null || text === undefined) return undefined;
  try {
    const v = JSON.parse(text) as T;
    return typeof v === "object" && v !== null && ok(v) ? v : undefined;
  } catch {
    return undefined;
  }
}

interface PackedDraft extends Omit<Draft, "ctx" | "screen" | "set"> {
  ctx: [string, number][];
  screen: string;
  set: [string, string | null][];
}

export function packDraft(d: Draft): Bytes {
  const p: PackedDraft = { ...d, ctx: [...d.ctx], screen: d.screen?.canonical() ?? "", set: [...d.set] };
  return pack(p);
}

export function unpackDraft(b: Bytes | null, record: string): Draft | undefined {
  const p = unpack<PackedDraft>(b, (v) => v.record === record && Array.isArray(v.ctx) && Array.isArray(v.set));
  if (!p) return undefined;
  let screen: State | undefined;
  try {
    screen = parseState(p.screen);
  } catch {
    // the draft says so when it is opened
  }
  return { ...p, ctx: new VV(p.ctx), screen, set: new Map(p.set) };
}
