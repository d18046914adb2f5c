import {
  type Bytes, type ChangeSet, Coded, decodeChangeSet, encodeChangeSet, fail, hex, idOf, State, statusPath, VV, wrap,
} from "@ruhu/merge";
import { obeyLeaves } from "./base.ts";
import type { Changes } from "./changes.ts";
import { type Core, newest } from "./core.ts";
import { changeSetOf } from "./cut.ts";
import { type Draft, keyDraft, newEntry, type Stream, typed } from "./model.ts";

/** What the application keeps beside a draft, committed in the same step. Keys lie under "app/<record>/". */
export type Extra = ReadonlyMap<string, Bytes | null>;

/**
 * One record open for editing. What it shows and the ctx of what it cuts are those of the moment it was opened, joined with its
 * own cuts: a pull under it changes neither. What is typed is in memory at once and on disk after save; what is typed while a
 * save or cut is under way belongs to the next.
 *
 * In a browser one context has a record open at a time: the app holds a Web Lock for each open record.
 */
export class Session {
  readonly #core: Core;
  readonly #d: Draft;

  constructor(core: Core, d: Draft) {
    this.#core = core;
    this.#d = d;
  }

  /** The record's id. */
  get record(): string {
    return this.#d.record;
  }

  /** The form, version and grid that the next cut will name. */
  get form(): { readonly form: string; readonly version: string; readonly grid: string } {
    return { form: this.#d.form, version: this.#d.version, grid: this.#d.grid };
  }

  /** What stands on the screen, as the next cut would say it. */
  get ctx(): VV {
    return this.#d.ctx.clone();
  }

  /** What the form shows without what was typed since the last cut. It belongs to the session. */
  get screen(): State {
    return this.#screen();
  }

  #screen(): State {
    return this.#d.screen ?? fail("damaged", "screen", `draft of record ${this.record}`);
  }

  /** Whether something was typed since the last cut. */
  get changed(): boolean {
    return typed(this.#d);
  }

  /** Changes the form version that the next cuts name: an app that carried the draft over to a new form. */
  setVersion(version: string): void {
    this.#d.version = version;
  }

  /** What stands at a path: what was typed, else what is shown. null is cleared; undefined was never written. */
  value(path: string): string | null | undefined {
    return this.#d.set.has(path) ? this.#d.set.get(path) : this.#screen().shown(path)?.value;
  }

  /** Types a value, null to clear. One that stands there already, and not in conflict, is nothing new and will not be sent. */
  set(path: string, value: string | null): void {
    const siblings = this.#screen().siblings(path);
    const inConflict = siblings.some((w) => w.value !== siblings[0]!.value);
    if (siblings.length > 0 && !inConflict && siblings[0]!.value === value) this.#d.set.delete(path);
    else this.#put(path, value);
  }

  #put(path: string, value: string | null): void {
    this.#revive(path);
    this.#d.set.set(path, value);
  }

  /** Takes back what was typed at a path since the last cut. */
  untype(path: string): void {
    this.#d.set.delete(path);
  }

  /** What was typed since the last cut: values, rows made and rows removed. */
  get typed(): { readonly set: ReadonlyMap<string, string | null>; readonly add: readonly string[]; readonly del: readonly string[] } {
    return { set: this.#d.set, add: this.#d.add, del: this.#d.del };
  }

  /** Sends what is shown at a path although it did not change: the worker settled a conflict in its favour. */
  confirm(path: string): void {
    const w = this.#screen().shown(path);
    if (w) this.#put(path, w.value);
  }

  /** Makes a row of a repeat with a new id and returns its path. */
  addRow(repeat: string): string {
    const row = `${repeat}[${hex(this.#core.o.random(6))}]`;
    this.keepRow(row);
    return row;
  }

  /** Marks a row as wanted: one with an id of the form's own, or one that the worker kept in "removed while edited". */
  keepRow(row: string): void {
    this.#revive(row);
    if (!this.#d.add.includes(row)) this.#d.add.push(row);
  }

  /** Takes back the removal of the rows a path lies in: who writes there wants them. */
  #revive(path: string): void {
    this.#d.del = this.#d.del.filter((row) => !below(row, path));
  }

  /** Removes a row, and takes back what was typed in it since the last cut. */
  delRow(row: string): void {
    const d = this.#d;
    for (const path of [...d.set.keys()]) if (below(row, path)) d.set.delete(path);
    const added = d.add.includes(row);
    d.add = d.add.filter((path) => !below(row, path));
    d.del = d.del.filter((path) => !below(row, path));
    if (!added || this.#screen().row(row)) d.del.push(row);
  }

  /** Whether the record was erased, left or closed elsewhere while the form was open. */
  #gone(): boolean {
    return this.#core.drafts.get(this.record) !== this.#d;
  }

  #mustBeOpen(op: string): void {
    if (this.#gone()) fail("erased", op, `record ${this.record}`);
  }

  /** Keeps the draft on the phone. Codes: erased; as the store's, after which what was typed is still here. */
  async save(extra?: Extra): Promise<void> {
    await this.#core.step(async () => {
      this.#mustBeOpen("save draft");
      const ch = this.#core.begin();
      ch.add(extra);
      ch.draft(this.#d);
      await this.#core.commit(ch);
    });
  }

  /**
   * Makes a change set of what was typed since the form was opened or last cut, and puts it in the log; undefined where there
   * is nothing. The draft stays open. Codes: erased, limit (too much for one set), malformed; as the store's, after which
   * what was typed is still here.
   */
  cut(extra?: Extra): Promise<ChangeSet | undefined> {
    return this.#cut(false, extra);
  }

  /** Cuts with "@status" submitted and closes the form, in one step. */
  async submit(extra?: Extra): Promise<ChangeSet | undefined> {
    const before = this.#d.set.get(statusPath);
    this.set(statusPath, "submitted");
    try {
      return await this.#cut(true, extra);
    } catch (err) {
      // What was not submitted must not be so by the next cut.
      if (before === undefined) this.#d.set.delete(statusPath);
      else this.#d.set.set(statusPath, before);
      throw err;
    }
  }

  /** Cuts what was typed and closes the form: leaving the record, or the app hidden. */
  leave(extra?: Extra): Promise<ChangeSet | undefined> {
    return this.#cut(true, extra);
  }

  async #cut(close: boolean, extra: Extra | undefined): Promise<ChangeSet | undefined> {
    const [core, d] = [this.#core, this.#d];
    let before: Pick<Draft, "set" | "add" | "del"> | undefined;
    let made: { c: ChangeSet; line: string; id: string } | undefined;
    try {
      await core.step(async () => {
        this.#mustBeOpen("cut change set");
        if (typed(d)) made = this.#make();
        const ch = core.begin();
        ch.add(extra);
        if (made) {
          before = { set: d.set, add: d.add, del: d.del };
          this.#append(made, ch);
        }
        if (close) this.#close(ch);
        else if (made) ch.draft(d);
        if (made || close || extra) await core.commit(ch);
        if (close) core.open.delete(d.record);
      });
    } catch (err) {
      if (!made || !before) throw err;
      const { c, id } = made;
      // Did the store take it all the same?
      const kept = await core.read(() => core.byDevice(c.device)?.at(c.seq)?.id === id).catch(() => false);
      if (kept) return c;
      this.#restore(before);
      throw wrap("cut change set", err);
    }
    return made?.c;
  }

  /** What was typed, as a change set at the end of the log. */
  #make(): { c: ChangeSet; line: string; id: string } {
    const [core, d] = [this.#core, this.#d];
    const l = core.current(d.stream) ?? fail("unauthenticated", "cut change set", "this phone is not enrolled");
    const c = changeSetOf(core, d, l.device, l.last + 1);
    const line = encodeChangeSet(c);
    decodeChangeSet(line); // what no server would take never enters the log
    return { c, line, id: idOf(line) };
  }

  #append(made: { c: ChangeSet; line: string; id: string }, ch: Changes): void {
    const [core, d, c] = [this.#core, this.#d, made.c];
    const l = core.byDevice(c.device)!;
    const e = newEntry(c.seq, { id: made.id, line: made.line, record: c.record, cursor: d.cursor });
    l.entries.push(e);
    ch.entry(l, e);
    const after = this.#screen().clone();
    after.apply(c, newest);
    d.ctx = d.ctx.join(c.ctx);
    d.ctx.raise(c);
    d.screen = after;
    [d.set, d.add, d.del] = [new Map(), [], []];
  }

  /** Puts back what a cut that failed had taken; what was typed since is newer. */
  #restore(before: Pick<Draft, "set" | "add" | "del">): void {
    const d = this.#d;
    const since = { set: d.set, add: d.add, del: d.del };
    d.set = new Map([...before.set].filter(([path]) => !since.del.some((row) => below(row, path))));
    d.add = before.add.filter((row) => !since.del.some((gone) => below(gone, row)));
    d.del = before.del.filter((row) => ![...since.set.keys(), ...since.add].some((path) => below(row, path)));
    for (const [path, value] of since.set) d.set.set(path, value);
    d.add = [...new Set([...d.add, ...since.add])];
    d.del = [...new Set([...d.del, ...since.del])];
  }

  /** Forgets the draft with whatever was typed since the last cut. */
  async close(extra?: Extra): Promise<void> {
    await this.#core.step(async () => {
      if (this.#gone()) return;
      const ch = this.#core.begin();
      ch.add(extra);
      this.#close(ch);
      await this.#core.commit(ch);
      this.#core.open.delete(this.record);
    });
  }

  #close(ch: Changes): void {
    const core = this.#core;
    core.drafts.delete(this.record);
    ch.drop(keyDraft(this.record));
    obeyLeaves(core, ch);
  }
}

function below(row: string, path: string): boolean {
  return path === row || path.startsWith(row + "/");
}

/** Begins a record. */
export async function newSession(core: Core, stream: Stream, form: string, version: string, grid: string): Promise<Session> {
  const b = core.o.random(16);
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const h = hex(b);
  const record = `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  return core.step(async () => {
    if (!core.current(stream)) throw new Coded("unauthenticated", "new record", "this phone is not enrolled");
    const { epoch, cursor } = core.meta;
    return open(core, { record, stream, form, version, grid, epoch, cursor, ctx: new VV(), screen: new State(), set: new Map(), add: [], del: [] });
  });
}

/** Makes a draft the open form's. */
async function open(core: Core, d: Draft): Promise<Session> {
  if (core.o.keepOpened ?? true) {
    const ch = core.begin();
    core.drafts.set(d.record, d);
    ch.draft(d);
    await core.commit(ch);
  }
  core.drafts.set(d.record, d);
  core.open.set(d.record, d);
  return new Session(core, d);
}

/**
 * Opens a record the phone holds, or its draft where one was left: with that draft's screen and ctx. Codes: not-found, erased,
 * damaged, conflict (only a stub is here: its answers are not on this phone).
 */
export async function editSession(core: Core, record: string): Promise<Session> {
  const op = "edit";
  return core.step(async () => {
    if (core.erased.has(record)) fail("erased", op, `record ${record}`);
    const left = core.drafts.get(record);
    if (left) {
      if (!left.screen) fail("damaged", op, `draft of record ${record}`);
      core.open.set(record, left);
      return new Session(core, left);
    }
    const base = core.base(record);
    const { state, own } = core.overlay(record);
    if (base && base.state === "") fail("conflict", op, `record ${record} is only a stub here`);
    if (!base && (own.length === 0 || core.left.has(record))) fail("not-found", op, `record ${record}`);
    const last = own[own.length - 1];
    return open(core, {
      record, stream: streamOf(core, record), form: last?.form ?? base?.form ?? "", version: (last?.version ?? base?.version) || "-",
      grid: base?.grid || last?.grid || "", epoch: core.meta.epoch, cursor: core.meta.cursor, ctx: state.vv.clone(), screen: state, set: new Map(), add: [], del: [],
    });
  });
}

/** Which log a record's writes go to. */
function streamOf(core: Core, record: string): Stream {
  const wrote = core.logs.find((l) => l.lastOf(record) > 0);
  if (wrote) return wrote.meta.stream;
  const base = core.bases.get(record);
  return base && (base.household !== "" || ["visit", "followup", "candidate"].includes(base.kind)) ? "registry" : "answers";
}
