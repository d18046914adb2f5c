import { type Bytes, codeOf, isRecord, statusPath } from "@ruhu/merge";
import type { Session } from "@ruhu/sync";
import { type Files, filesIn } from "../attachments/files.ts";
import type { DraftLock } from "../background/draftlock.ts";
import { type DraftFile, draftKey, packDraftFile, visitKey } from "./draftfile.ts";
import { faultIn, PhoneFault, rethrow } from "./fault.ts";
import { fit, pathsOf } from "./fit.ts";
import type { Comment, Conflict, FormLine, Interview, Notice, Place, SaveState, Slip, Snapshot } from "./ports.ts";
import { drawCode, hashOf, slipOf } from "./slip.ts";

/** How long after a change the draft is stored, ms. */
export const saveAfter = 400;
/** Values and rows in one change set at most; the server takes 500. */
const mostOps = 450;

/** What an open form is made of. */
export interface InterviewParts {
  readonly session: Session;
  readonly lock: DraftLock;
  readonly files: Files;
  readonly form: FormLine;
  readonly stream: "answers" | "registry";
  readonly case: string;
  readonly draft: DraftFile;
  readonly formXml: string;
  readonly formFiles: (name: string) => Promise<Blob | undefined>;
  readonly instanceXml: string | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly preset: Readonly<Record<string, string>>;
  readonly status: string;
  readonly comments: readonly Comment[];
  readonly conflicts: readonly Conflict[];
  readonly notice: Notice | undefined;
  readonly random: (n: number) => Bytes;
  /** A line of the visit log follows when it is submitted. */
  readonly logsVisit: boolean;
  /** Takes the record away, here and on the server. */
  readonly forget: (record: string) => Promise<void>;
  /** Something was stored: "cut" for a change set. */
  readonly stored: (what: "draft" | "cut" | "submitted" | "erased") => Promise<void>;
  readonly closed: (i: OpenInterview) => void;
}

/** An open form. Everything it stores goes one after the other. */
export class OpenInterview implements Interview {
  readonly #p: InterviewParts;
  readonly #paths: ReadonlySet<string>;
  readonly attachments: Interview["attachments"];
  #draft: DraftFile;
  #tail: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty: (() => Snapshot) | undefined;
  /** Files that came since the form was opened and no answer has named yet: about to be. */
  readonly #fresh = new Set<string>();
  #saved: SaveState = "here";
  #gone = false;
  #ended = false;
  readonly #listeners = new Set<() => void>();

  constructor(p: InterviewParts) {
    this.#p = p;
    this.#draft = p.draft;
    this.#paths = pathsOf(p.formXml);
    this.attachments = {
      get: (name) => p.files.get(this.record, name),
      put: async (name, file) => {
        this.#mustBeOpen("store file");
        this.#fresh.add(name);
        await p.files.put(this.record, name, file);
      },
    };
    p.lock.onLost(() => this.#lose());
  }

  get record(): string {
    return this.#p.session.record;
  }
  get form(): FormLine {
    return this.#p.form;
  }
  get grid(): string {
    return this.#p.session.form.grid;
  }
  get case(): string {
    return this.#p.case;
  }
  get household(): string {
    return this.#draft.household;
  }
  get stream(): "answers" | "registry" {
    return this.#p.stream;
  }
  get formXml(): string {
    return this.#p.formXml;
  }
  get files(): (name: string) => Promise<Blob | undefined> {
    return this.#p.formFiles;
  }
  get instanceXml(): string | undefined {
    return this.#p.instanceXml;
  }
  get values(): Readonly<Record<string, string>> {
    return this.#p.values;
  }
  get rows(): Readonly<Record<string, readonly string[]>> {
    return this.#p.rows;
  }
  get preset(): Readonly<Record<string, string>> {
    return this.#p.preset;
  }
  get place(): Place | undefined {
    return this.#p.draft.place;
  }
  get status(): string {
    return this.#p.status;
  }
  get comments(): readonly Comment[] {
    return this.#p.comments;
  }
  get conflicts(): readonly Conflict[] {
    return this.#p.conflicts;
  }
  get notice(): Notice | undefined {
    return this.#p.notice;
  }
  get lost(): boolean {
    return this.#gone;
  }
  get saved(): SaveState {
    return this.#saved;
  }
  get erasable(): boolean {
    return this.#draft.begun && this.#draft.slipGiven !== true && !this.#ended && !this.#gone;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(saved?: SaveState): void {
    if (saved) this.#saved = saved;
    for (const f of this.#listeners) f();
  }

  #lose(): void {
    if (this.#gone || this.#ended) return;
    this.#gone = true;
    clearTimeout(this.#timer);
    this.#dirty = undefined;
    this.#p.closed(this);
    this.#tell();
  }

  #mustBeOpen(op: string): void {
    if (this.#gone || this.#ended || this.#p.lock.lost) throw new PhoneFault("taken-over", op);
  }

  changed(snapshot: () => Snapshot): void {
    if (this.#gone || this.#ended) return;
    this.#dirty = snapshot;
    if (this.#saved === "here") this.#tell("unsaved");
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush().catch(() => undefined); // the state says so, and the next change tries again
    }, saveAfter);
  }

  /** Stores what changed() told of, now. Nothing where nothing did. */
  async flush(): Promise<void> {
    const snapshot = this.#dirty;
    if (snapshot) await this.save(snapshot());
  }

  /** Runs f after what was asked for before it; what is typed meanwhile belongs to the next. */
  #inTurn<T>(op: string, f: () => Promise<T>, screen?: Snapshot): Promise<T> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const dirty = screen ? (): Snapshot => screen : this.#dirty;
    this.#dirty = undefined;
    const run = async (): Promise<T> => {
      this.#mustBeOpen(op);
      this.#tell("saving");
      try {
        const out = await f();
        this.#tell(this.#dirty ? "unsaved" : "here");
        return out;
      } catch (err) {
        this.#dirty ??= dirty;
        const code = faultIn(err)?.code ?? codeOf(err);
        this.#tell(code === "storage-full" ? "full" : "failed");
        if (code === "erased") this.#lose();
        rethrow(err);
      }
    };
    const mine = this.#tail.then(run, run);
    this.#tail = mine.catch(() => undefined);
    return mine;
  }

  /** Makes the session hold what is on the screen, and gives the draft as it is to be stored. */
  #fit(s: Snapshot): DraftFile {
    const session = this.#p.session;
    fit(session, this.#paths, s);
    if (session.value(statusPath) === undefined) session.set(statusPath, "draft");
    const { preset: _, ...rest } = this.#draft;
    return { ...rest, xml: s.xml, values: s.values, rows: s.rows, ...(s.place && { place: s.place }) };
  }

  /** What goes with the answers into one step. */
  #beside(draft: DraftFile | null, s: Snapshot): Map<string, Bytes | null> {
    const named = filesIn(Object.values(s.values));
    for (const name of named) this.#fresh.delete(name);
    return new Map([[draftKey(this.record), draft && packDraftFile(draft)], ...this.#p.files.orphans(this.record, new Set([...named, ...this.#fresh]))]);
  }

  save(s: Snapshot): Promise<void> {
    return this.#inTurn("save draft", async () => {
      const draft = this.#fit(s);
      await this.#p.session.save(this.#beside(draft, s));
      this.#draft = draft;
      await this.#p.stored("draft");
    }, s);
  }

  hidden(s: Snapshot): Promise<void> {
    return this.#inTurn("store hidden form", async () => {
      const draft = this.#fit(s);
      const cut = this.#p.session.changed;
      await this.#cut(draft, s, "stay");
      await this.#p.stored(cut ? "cut" : "draft");
    }, s);
  }

  async leave(s: Snapshot): Promise<void> {
    await this.#inTurn("leave record", async () => {
      await this.#cut(this.#fit(s), s, "leave");
      this.#end();
      await this.#p.stored("cut");
    }, s);
  }

  async submit(s: Snapshot): Promise<void> {
    await this.#inTurn("submit record", async () => {
      const draft = this.#fit(s);
      await this.#p.files.require(this.record, this.#newFiles());
      await this.#cut(draft, s, "submit");
      this.#end();
      await this.#p.stored("submitted");
    }, s);
  }

  /** The names of files that no set of this record names yet. */
  #newFiles(): string[] {
    return filesIn([...this.#p.session.typed.set].filter(([path]) => !isRecord(path)).map(([, value]) => value));
  }

  /** Cuts everything typed, in as many sets as it takes, the last of which stays, leaves or submits. */
  async #cut(draft: DraftFile, s: Snapshot, how: "stay" | "leave" | "submit"): Promise<void> {
    const session = this.#p.session;
    // The draft is safe before the first of several sets is cut: after a kill between them it says what the rest was.
    if (ops(session) > mostOps) await session.save(this.#beside(draft, s));
    while (ops(session) > mostOps) {
      const putBack = holdBack(session);
      await session.cut(this.#p.files.queue(this.record, this.#newFiles()));
      putBack();
    }
    const queue = this.#p.files.queue(this.record, this.#newFiles());
    if (how !== "stay") this.#fresh.clear(); // whoever ends the form has named what is to be kept
    if (how === "submit") {
      const beside = new Map([...this.#beside(this.#afterwards(draft), s), ...queue]);
      if (this.#p.logsVisit && this.household !== "") beside.set(visitKey(this.record), packDraftFile({ v: 1, xml: "", begun: true, household: this.household }));
      await session.submit(beside);
    } else if (how === "leave") {
      await session.leave(new Map([...this.#beside(draft, s), ...queue]));
    } else {
      await session.cut(new Map([...this.#beside(draft, s), ...queue]));
    }
    this.#draft = draft;
  }

  /** Of a submitted interview only the slip is still of use. */
  #afterwards(draft: DraftFile): DraftFile | null {
    if (draft.code === undefined || draft.slipGiven === true) return null;
    const { values: _, rows: __, place: ___, ...rest } = draft;
    return { ...rest, xml: "" };
  }

  async slip(): Promise<Slip> {
    const known = this.#draft.code;
    if (known !== undefined) return slipOf(known);
    if (this.#draft.slipGiven === true) throw new PhoneFault("not-erasable", "draw code");
    return this.#inTurnKeeping(async () => {
      const code = this.#draft.code ?? drawCode(this.#p.random);
      this.#p.session.set("@withdrawal", hashOf(code));
      await this.#store({ ...this.#draft, code });
      return slipOf(code);
    });
  }

  async slipGiven(): Promise<void> {
    await this.#inTurnKeeping(async () => {
      const { code: _, ...rest } = this.#draft;
      await this.#store({ ...rest, slipGiven: true });
    });
  }

  async #store(draft: DraftFile): Promise<void> {
    await this.#p.session.save(new Map([[draftKey(this.record), packDraftFile(draft)]]));
    this.#draft = draft;
    await this.#p.stored("draft");
  }

  /** Like #inTurn, for what has nothing to do with what is on the screen: that stays to be stored. */
  #inTurnKeeping<T>(f: () => Promise<T>): Promise<T> {
    const dirty = this.#dirty;
    const out = this.#inTurn("store slip", f);
    if (dirty) this.changed(dirty);
    return out;
  }

  async erase(): Promise<void> {
    if (!this.erasable) throw new PhoneFault("not-erasable", "erase interview");
    await this.#inTurn("erase interview", async () => {
      await this.#p.forget(this.record);
      this.#end();
      await this.#p.stored("erased");
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#p.lock.release();
    this.#p.closed(this);
  }
}

function ops(s: Session): number {
  return s.typed.set.size + s.typed.add.length + s.typed.del.length;
}

/**
 * Takes values and new rows out of a session, so that what is left is one set, and returns what puts them back. Rows that are
 * removed stay in.
 */
function holdBack(s: Session): () => void {
  const room = Math.max(mostOps - s.typed.del.length, 50);
  const rows = s.typed.add.slice(Math.ceil(room / 2));
  const inHeld = (path: string): boolean => rows.some((row) => path.startsWith(`${row}/`));
  const under = [...s.typed.set].filter(([path]) => inHeld(path));
  for (const row of rows) s.delRow(row); // it was never said to be there: nothing is removed
  const left = room - s.typed.add.length;
  const over = [...s.typed.set].filter(([path]) => !isRecord(path)).slice(left);
  for (const [path] of over) s.untype(path);
  return () => {
    for (const row of rows) s.keepRow(row);
    for (const [path, value] of [...over, ...under]) s.set(path, value);
  };
}
