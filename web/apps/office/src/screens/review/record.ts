// One record on the desk: what it is, what is decided about it, and what was typed and not sent yet.

import { Problem } from "@ruhu/api";
import { reactive, type Ref, ref, shallowRef } from "vue";
import { onceKey, problemFrom } from "../../desk/client.ts";
import type { Desk } from "../../desk/desk.ts";
import { Model } from "./model.ts";
import { changedPaths, type HistoryEntry, type RecordView } from "./sheet.ts";

export type Decision = "approve" | "return" | "needs_review";

/** What an officer typed at a record: it stays until it is sent, also when another record is looked at meanwhile. */
export interface Draft {
  comment: string;
  /** Comments at questions, by path. */
  fields: Record<string, string>;
}

/** What came in after the page was opened. */
export interface Since {
  readonly paths: readonly string[];
}

interface Got {
  readonly record: RecordView;
  readonly history: readonly HistoryEntry[];
  readonly model: Model | undefined;
}

/** Everything about records that outlives one page: drafts, and the next record fetched beforehand. It is in memory only. */
export class ReviewDesk {
  readonly #desk: Desk;
  readonly #drafts = new Map<string, Draft>();
  readonly #ahead = new Map<string, Promise<Got>>();
  readonly #models = new Map<string, Promise<Model | undefined>>();
  #last: { readonly what: string; readonly key: string } | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
    addEventListener("beforeunload", (e) => {
      if ([...this.#drafts.values()].some((d) => d.comment.trim() !== "" || Object.keys(d.fields).length > 0)) e.preventDefault();
    });
  }

  static of(desk: Desk): ReviewDesk {
    let r = desk.rooms.get("review") as ReviewDesk | undefined;
    if (!r) desk.rooms.set("review", (r = new ReviewDesk(desk)));
    return r;
  }

  draft(id: string): Draft {
    let d = this.#drafts.get(id);
    if (!d) this.#drafts.set(id, (d = reactive({ comment: "", fields: {} })));
    return d;
  }

  /** The Idempotency-Key of a write: the same as before where the same is sent again, because its answer was lost. */
  once(what: unknown): string {
    const text = JSON.stringify(what);
    if (this.#last?.what !== text) this.#last = { what: text, key: onceKey() };
    return this.#last.key;
  }

  sent(id: string): void {
    const d = this.draft(id);
    d.comment = "";
    for (const path of Object.keys(d.fields)) delete d.fields[path];
  }

  model(form: string, version: string): Promise<Model | undefined> {
    const key = `${form} ${version}`;
    let m = this.#models.get(key);
    if (!m) {
      m = this.#readModel(form, version);
      m.catch(() => this.#models.delete(key));
      this.#models.set(key, m);
    }
    return m;
  }

  async #readModel(form: string, version: string): Promise<Model | undefined> {
    try {
      const model = new Model(await this.#desk.shelf.model(form, version));
      await Promise.all(model.listFiles.map(async (name) => {
        const file = await this.#desk.shelf.file(form, version, name);
        if (file) model.readList(name, await file.text());
      }));
      return model;
    } catch (err) {
      if (err instanceof Problem && err.code === "not-found") return undefined;
      throw err;
    }
  }

  /** Fetches a record before it is asked for. */
  ahead(id: string): void {
    if (this.#ahead.has(id)) return;
    const got = this.get(id);
    got.catch(() => this.#ahead.delete(id));
    this.#ahead.set(id, got);
    if (this.#ahead.size > 3) this.#ahead.delete(this.#ahead.keys().next().value as string);
  }

  take(id: string): Promise<Got> {
    const got = this.#ahead.get(id);
    this.#ahead.delete(id);
    return got ?? this.get(id);
  }

  async get(id: string): Promise<Got> {
    const path = { id };
    const record = await this.#desk.client.call("get", "/v1/records/{id}", { path });
    const [history, model] = await Promise.all([
      record.stub ? [] : this.#desk.client.call("get", "/v1/records/{id}/history", { path }).then((h) => h.items),
      this.model(record.form, record.version),
    ]);
    return { record, history, model };
  }
}

export interface OpenRecord {
  readonly record: Readonly<Ref<RecordView | undefined>>;
  readonly history: Readonly<Ref<readonly HistoryEntry[]>>;
  readonly model: Readonly<Ref<Model | undefined>>;
  readonly problem: Readonly<Ref<Problem | undefined>>;
  readonly loading: Readonly<Ref<boolean>>;
  /** What came in that was not on the page. */
  readonly since: Ref<Since | undefined>;
  readonly busy: Readonly<Ref<boolean>>;
  /** What went wrong with the last thing that was done. */
  readonly fault: Ref<Problem | undefined>;
  open(id: string): Promise<void>;
  reload(): Promise<void>;
  /** Writes answers or rows; resolves true when it is done. */
  change(what: { readonly set?: Record<string, string | null>; readonly add?: readonly string[]; readonly del?: readonly string[] }, reason: string): Promise<boolean>;
  /** Decides, with what was typed; resolves true when it is done. */
  decide(decision: Decision): Promise<boolean>;
}

export function useRecord(desk: Desk): OpenRecord {
  const room = ReviewDesk.of(desk);
  const record = shallowRef<RecordView>();
  const history = shallowRef<readonly HistoryEntry[]>([]);
  const model = shallowRef<Model>();
  const problem = shallowRef<Problem>();
  const fault = shallowRef<Problem>();
  const since = shallowRef<Since>();
  const loading = ref(true);
  const busy = ref(false);
  let wanted = "";
  // One thing after the other: each needs the token of the one before.
  let line: Promise<unknown> = Promise.resolve();

  function put(got: Got): void {
    [record.value, history.value, model.value, problem.value] = [got.record, got.history, got.model, undefined];
  }

  async function open(id: string): Promise<void> {
    wanted = id;
    loading.value = true;
    [fault.value, since.value, problem.value] = [undefined, undefined, undefined];
    try {
      const got = await room.take(id);
      if (wanted === id) put(got);
    } catch (err) {
      if (wanted === id) [problem.value, record.value] = [problemFrom(err), undefined];
    }
    if (wanted === id) loading.value = false;
  }

  async function reload(): Promise<void> {
    const id = wanted;
    const got = await room.get(id);
    if (wanted === id) put(got);
  }

  /** After somebody else wrote: shows the new state, and says what is new in it. */
  async function catchUp(known: ReadonlySet<string> = new Set()): Promise<void> {
    const before = record.value;
    await reload();
    if (!before || !record.value) return;
    // What the server calculates anew because of it is no news.
    const paths = changedPaths(before, record.value).filter((p) => !known.has(p) && model.value?.node(p)?.control !== "calculate");
    if (paths.length > 0 || known.size === 0) since.value = { paths };
  }

  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = line.then(run, run);
    line = mine.catch(() => undefined);
    return mine;
  }

  async function doing(run: (r: RecordView) => Promise<void>): Promise<boolean> {
    return inTurn(async () => {
      const r = record.value;
      if (!r) return false;
      busy.value = true;
      fault.value = undefined;
      try {
        await run(r);
        return true;
      } catch (err) {
        const p = problemFrom(err);
        fault.value = p;
        if (p.code === "changed-since") await catchUp().catch(() => undefined);
        return false;
      } finally {
        busy.value = false;
      }
    });
  }

  return {
    record, history, model, problem, loading, since, busy, fault, open, reload,
    change: (what, reason) => doing(async (r) => {
      const body = { ctx: r.ctx, reason, ...(what.set && { set: what.set }), ...(what.add && { add: [...what.add] }), ...(what.del && { del: [...what.del] }) };
      const { ctx } = await desk.client.call("post", "/v1/records/{id}/changes", { path: { id: r.id }, headers: { "Idempotency-Key": room.once([r.id, body]) }, body });
      record.value = { ...r, ctx };
      await catchUp(new Set([...Object.keys(what.set ?? {}), ...(what.add ?? []), ...(what.del ?? []), ...[...(what.add ?? []), ...(what.del ?? [])].map((p) => p.replace(/\[[^\]]*\]$/, ""))])).catch(() => undefined);
    }),
    decide: (decision) => doing(async (r) => {
      const d = room.draft(r.id);
      const fields = Object.fromEntries(Object.entries(d.fields).filter(([, v]) => v.trim() !== ""));
      const body = { ctx: r.ctx, decision, ...(d.comment.trim() !== "" && { comment: d.comment.trim() }), ...(Object.keys(fields).length > 0 && { fields }) };
      const res = await desk.client.call("post", "/v1/records/{id}/review", { path: { id: r.id }, headers: { "Idempotency-Key": room.once([r.id, body]) }, body });
      room.sent(r.id);
      record.value = { ...r, status: res.status, ctx: res.ctx };
    }),
  };
}
