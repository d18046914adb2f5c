import type { Language } from "@ruhu/i18n";
import { preferred } from "@ruhu/i18n";
import { type Bytes } from "@ruhu/merge";
import { bundlePacks, splitPacks } from "@ruhu/sync";
import { Channel } from "../background/channel.ts";
import { askPersistence, storageState } from "../background/persist.ts";
import { browserTarget, Triggers, type TriggerTarget } from "../background/triggers.ts";
import type { LockManager } from "../store/locks.ts";
import { browserLocks } from "../store/locks.ts";
import { emptySlot, openWorker, packsOf, type SlotRow, Slots, vaultDisk } from "../store/slots.ts";
import { Idle } from "../vault/idle.ts";
import { Vault } from "../vault/vault.ts";
import { Carrier } from "./carrying.ts";
import { civil } from "./clock.ts";
import { withoutInterview } from "./dispositions.ts";
import { PhoneFault } from "./fault.ts";
import { outbox, outboxLines } from "./figures.ts";
import type { OpenInterview } from "./interview.ts";
import type { FormItem } from "./items.ts";
import { formLine, openInterview } from "./opening.ts";
import type {
  Carried, Change, Comment, Conflict, Door, Interview, Me, Opening, Outbox, OutboxLine, PhoneApp, RecordLine, Settings, Slot, Storage, SyncState, Today, Visit, VisitResult,
} from "./ports.ts";
import { commentsOf, conflictsOf, recordLine, statusOf } from "./records.ts";
import { pass, type Passed } from "./syncing.ts";
import { tasks } from "./today.ts";
import { type Begun, Worker } from "./worker.ts";

export interface PhoneOptions {
  /** Where the server is; "" for the page's own origin. */
  readonly base?: string;
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
  readonly locks?: LockManager;
  readonly target?: TriggerTarget;
  /** ms without a touch. */
  readonly idleAfter?: number;
  /** Rounds of PBKDF2, for tests; measured where not given. */
  readonly rounds?: number;
  readonly patience?: number;
  /** Sync by itself; true where not given. */
  readonly background?: boolean;
}

const quiet: SyncState = { phase: "idle", online: true, error: "", nextTry: 0, filesDone: 0, filesTotal: 0 };

/** The phone app behind its screens. */
export class RuhuPhone implements PhoneApp {
  readonly #o: PhoneOptions;
  readonly #slots: Slots;
  readonly #locks: LockManager;
  readonly #now: () => number;
  readonly #listeners = new Set<(what: Change) => void>();
  readonly #open = new Set<OpenInterview>();
  #known: SlotRow[] = [];
  #settings: Settings;
  #worker: Worker | undefined;
  #me: Me | undefined;
  #idle: Idle | undefined;
  #triggers: Triggers | undefined;
  #channel: Channel | undefined;
  #offVisible: () => void = () => undefined;
  #abort = new AbortController();
  #sync: SyncState = quiet;

  private constructor(o: PhoneOptions, slots: Slots, known: SlotRow[], settings: Settings) {
    this.#o = o;
    this.#slots = slots;
    this.#known = known;
    this.#settings = settings;
    this.#locks = o.locks ?? browserLocks();
    this.#now = o.now ?? (() => Date.now());
  }

  /** Codes: storage-failed, storage-full: nothing could be kept here. */
  static async open(o: PhoneOptions = {}): Promise<RuhuPhone> {
    const slots = await Slots.open();
    const wanted = typeof navigator === "undefined" ? [] : (navigator.languages ?? []);
    const settings: Settings = { language: preferred(wanted), textSize: 1, workerRole: "1", ...(await slots.settings()) };
    return new RuhuPhone(o, slots, await slots.list(), settings);
  }

  // ---------------------------------------------------------------- who

  get door(): Door {
    if (this.#worker && this.#me) return "open";
    return this.#known.some((s) => s.enrolled) ? "locked" : "empty";
  }

  get me(): Me | undefined {
    return this.#me;
  }

  async slots(): Promise<Slot[]> {
    this.#known = await this.#slots.list();
    const out: Slot[] = [];
    for (const s of this.#known.filter((s) => s.enrolled)) {
      const db = await openWorker(s.id);
      try {
        out.push({ id: s.id, mark: s.mark, lastOpened: s.lastOpened, ...(await new Vault(vaultDisk(db)).status()) });
      } finally {
        db.close();
      }
    }
    return out;
  }

  async enrol(code: string, pin: string): Promise<Me> {
    if (this.#worker) throw new PhoneFault("already-enrolled", "enrol");
    const slot = await this.#slots.begin();
    const db = await openWorker(slot.id);
    let worker: Worker | undefined;
    try {
      await emptySlot(db);
      const sealer = await this.#vault(db).create(pin);
      worker = await this.#openWorker(slot, db, sealer);
      await worker.phone.enrol(code, phoneName(), platform());
      await this.#slots.change(slot.id, { enrolled: true, lastOpened: this.#now() });
    } catch (err) {
      (worker ?? db).close();
      throw err;
    }
    worker.settled();
    this.#known = await this.#slots.list();
    const me = await this.#enter(worker);
    await this.syncNow();
    return me;
  }

  async unlock(slot: string, pin: string): Promise<Me> {
    await this.lock();
    const row = (await this.#slots.list()).find((s) => s.id === slot && s.enrolled);
    if (!row) throw new PhoneFault("pin-destroyed", "unlock");
    const db = await openWorker(slot);
    try {
      const sealer = await this.#vault(db).unlock(pin);
      const worker = await this.#openWorker(row, db, sealer);
      await this.#slots.change(slot, { lastOpened: this.#now() });
      return await this.#enter(worker);
    } catch (err) {
      db.close();
      this.#tell("door");
      throw err;
    }
  }

  #vault(db: Parameters<typeof vaultDisk>[0]): Vault {
    return new Vault(vaultDisk(db), this.#o.rounds === undefined ? {} : { rounds: this.#o.rounds });
  }

  #openWorker(slot: SlotRow, db: Parameters<typeof vaultDisk>[0], sealer: Worker["sealer"]): Promise<Worker> {
    return Worker.open({
      slot: slot.id, db, sealer, locks: this.#locks, base: this.#o.base ?? "", now: this.#now, language: () => this.#settings.language, fetch: this.#o.fetch,
      patience: this.#o.patience, enrolled: slot.enrolled, onProgress: (filesDone, filesTotal) => this.#said({ filesDone, filesTotal }),
    });
  }

  async #enter(w: Worker): Promise<Me> {
    const s = await w.phone.status();
    this.#worker = w;
    this.#me = { worker: s.worker, name: s.workerName, grids: s.grids, slot: w.slot };
    this.#settings = { ...this.#settings, workerRole: w.own.workerRole };
    this.#abort = new AbortController();
    this.#sync = quiet;
    this.#channel = new Channel(w.db.name, (what) => this.#heard(what));
    this.#idle = new Idle({ onIdle: () => void this.lock(), ...(this.#o.idleAfter !== undefined && { after: this.#o.idleAfter }) });
    await w.sweep();
    await w.owedVisits();
    const background = this.#o.background ?? true;
    const target = background ? (this.#o.target ?? browserTarget()) : silent;
    // Whoever takes the phone out of a pocket after five minutes sees nothing before the PIN.
    this.#offVisible = target.on("visible", () => this.#idle?.look());
    this.#triggers = new Triggers({ sync: () => this.#pass(), onPlan: (inMs) => this.#said({ nextTry: inMs === 0 ? 0 : this.#now() + inMs }), target });
    if (background) void this.#triggers.now();
    this.#tell("door");
    return this.#me;
  }

  async lock(): Promise<void> {
    const w = this.#worker;
    if (!w) return;
    for (const i of [...this.#open]) {
      await i.flush().catch(() => undefined); // no room: what is on the disk is what was typed up to then
      await i.close();
    }
    await this.#leave(w);
  }

  async #leave(w: Worker): Promise<void> {
    if (this.#worker !== w) return; // two locks at once
    this.#worker = this.#me = undefined;
    this.#idle?.end();
    this.#offVisible();
    this.#triggers?.end();
    this.#channel?.close();
    this.#abort.abort();
    w.close();
    this.#sync = quiet;
    this.#known = await this.#slots.list();
    this.#tell("door");
  }

  touch(): void {
    this.#idle?.touch();
  }

  async changePin(old: string, next: string): Promise<void> {
    await this.#vault(this.#need("change PIN").db).changePin(old, next);
  }

  async signOff(): Promise<void> {
    const w = this.#need("sign off");
    await this.syncNow();
    const o = await outbox(w);
    if (o.unsent + o.drafts + o.files > 0) throw new PhoneFault("outbox-not-empty", "sign off", { unsent: o.unsent, drafts: o.drafts, files: o.files });
    this.#channel?.tell("door"); // other tabs let go of the store too
    await this.lock();
    await this.#slots.remove(w.slot);
    this.#known = await this.#slots.list();
    this.#tell("door");
  }

  #need(op: string): Worker {
    if (!this.#worker || this.#idle?.look()) throw new PhoneFault("locked", op);
    return this.#worker;
  }

  // ---------------------------------------------------------------- records

  async today(): Promise<Today> {
    const w = this.#need("today");
    await w.store.changed();
    const [forms, views, drafts] = [await w.forms(), await w.views(), await w.begun()];
    const byID = new Map(forms.map((f) => [f.id, f]));
    const own = await w.ownDevices();
    const list = tasks({ assignments: await w.assignments(), households: await w.households(), views, forms: byID, begun: drafts, today: civil(w.time()).date });
    const others = new Map<string, number>();
    for (const v of views) if (!v.state && byID.get(v.form)?.stream !== "registry") others.set(v.grid, (others.get(v.grid) ?? 0) + 1);
    const lines = views.map((v) => recordLine(v, byID.get(v.form), own));
    const begun = lines.filter((l) => !l.stub && (l.draft || l.status === "draft"));
    return {
      tasks: list, done: list.filter((t) => t.state === "done" || t.state === "refused").length, total: list.length, others, outbox: await outbox(w),
      drafts: [...begun, ...bareDrafts(drafts, new Set(views.map((v) => v.record)), byID)],
      forms: (await w.current()).map((f) => formLine(w, f)), villages: await w.villages.names(forms),
    };
  }

  async visit(household: string): Promise<Visit> {
    const w = this.#need("visit");
    const task = (await this.today()).tasks.find((t) => t.household === household);
    if (!task) throw new PhoneFault("form-missing", "visit");
    const attempts = (await w.attempts()).filter((a) => a.household === household);
    return { task, notice: (await w.surveys()).get(task.survey)?.notice, dispositions: withoutInterview, attempts };
  }

  async logVisit(r: VisitResult): Promise<void> {
    const w = this.#need("log visit");
    await w.logVisit(r);
    await this.#stored("submitted");
  }

  async openInterview(o: Opening, take?: "take-over"): Promise<Interview> {
    const w = this.#need("open form");
    const i = await openInterview(w, o, take === "take-over", { stored: (what) => this.#stored(what), closed: (i) => this.#open.delete(i) });
    this.#open.add(i);
    return i;
  }

  /** Something was stored; resolves when the line of the visit log that follows from it is written too, or cannot be. */
  async #stored(what: "draft" | "cut" | "submitted" | "erased"): Promise<void> {
    const w = this.#worker;
    this.touch();
    if (what === "submitted") await w?.owedVisits().catch(() => undefined); // the next sync or unlock does it
    if (!w || this.#worker !== w) return;
    this.#change("outbox");
    if (what !== "draft") this.#change("list");
    if (what !== "draft" && what !== "cut" && (this.#o.background ?? true)) void this.#triggers?.now();
  }

  async returned(): Promise<(RecordLine & { readonly comments: readonly Comment[] })[]> {
    const w = this.#need("returned");
    const [own, forms] = [await w.ownDevices(), new Map((await w.forms()).map((f) => [f.id, f]))];
    const of = (await w.views()).filter((v) => v.state && statusOf(v) === "returned");
    return of.map((v) => ({ ...recordLine(v, forms.get(v.form), own), comments: commentsOf(v.state) }));
  }

  async conflicts(): Promise<(RecordLine & { readonly open: readonly Conflict[] })[]> {
    const w = this.#need("conflicts");
    const [own, forms] = [await w.ownDevices(), new Map((await w.forms()).map((f) => [f.id, f]))];
    const all = (await w.views()).map((v) => ({ ...recordLine(v, forms.get(v.form), own), open: conflictsOf(v.state, own) }));
    return all.filter((l) => l.open.length > 0);
  }

  // ---------------------------------------------------------------- sync

  async syncNow(): Promise<SyncState> {
    this.#need("sync");
    await this.#triggers?.now();
    return this.#sync;
  }

  get sync(): SyncState {
    return this.#sync;
  }

  /** One pass, unless another tab is at one: then its outcome is heard of. */
  async #pass(): Promise<Passed> {
    const w = this.#worker;
    if (!w) return { outcome: "stop", error: "", retryAfter: 0 };
    const signal = this.#abort.signal;
    const done = await this.#locks.request<Passed | undefined>(`${w.db.name}/sync`, { ifAvailable: true }, async (lock) => {
      if (!lock) return undefined;
      this.#said({ error: "", online: this.#online });
      const p = await pass(w, { phase: (phase) => this.#said({ phase }), moved: (what) => this.#change(what) }, signal);
      if (p.outcome === "done") await new Carrier(w.phone, this.#slots).leftovers().catch(() => undefined);
      return p;
    });
    if (this.#worker === w) {
      this.#said({ phase: "idle", error: done?.error ?? "", online: this.#online });
      this.#change("sync");
    }
    return done ?? { outcome: "done", error: "", retryAfter: 0 };
  }

  get #online(): boolean {
    return this.#o.target?.online ?? (typeof navigator === "undefined" ? true : (navigator.onLine ?? true));
  }

  #said(s: Partial<SyncState>): void {
    this.#sync = { ...this.#sync, ...s };
    this.#tell("sync");
  }

  outbox(): Promise<Outbox> {
    return outbox(this.#need("outbox"));
  }

  outboxLines(): Promise<OutboxLine[]> {
    return outboxLines(this.#need("outbox"));
  }

  async exportPack(slot?: string): Promise<Blob> {
    const packs = slot === undefined || slot === this.#worker?.slot ? await this.#ownPacks() : await this.#packsOf(slot);
    if (packs.length === 0) throw new PhoneFault("nothing-unsent", "export pack");
    return new Blob([bundlePacks(packs)], { type: "application/vnd.ruhu.pack" });
  }

  async #ownPacks(): Promise<Bytes[]> {
    const w = this.#need("export pack");
    const out: Bytes[] = [];
    for (const s of ["answers", "registry"] as const) {
      const p = await w.phone.pack(s);
      if (p) out.push(p);
    }
    return out;
  }

  async #packsOf(slot: string): Promise<Bytes[]> {
    const db = await openWorker(slot);
    try {
      if (!(await new Vault(vaultDisk(db)).status()).destroyed) throw new PhoneFault("locked", "export pack");
      return await packsOf(db);
    } finally {
      db.close();
    }
  }

  async importPack(file: Blob): Promise<Carried> {
    const w = this.#need("import pack");
    const packs = splitPacks(new Uint8Array(await file.arrayBuffer()));
    if (!packs || packs.length === 0) throw new PhoneFault("not-a-pack", "import pack");
    return new Carrier(w.phone, this.#slots).carry(packs);
  }

  // ---------------------------------------------------------------- storage and settings

  storage(): Promise<Storage> {
    return storageState();
  }

  async askPersistence(): Promise<Storage> {
    const s = await askPersistence();
    this.#tell("storage");
    return s;
  }

  get settings(): Settings {
    return this.#settings;
  }

  async setSettings(s: Partial<Settings>): Promise<void> {
    const next = { ...this.#settings, ...s };
    await this.#slots.saveSettings(next);
    if (s.workerRole !== undefined) await this.#need("change settings").saveOwn({ workerRole: s.workerRole });
    this.#settings = next;
    this.#change("settings");
  }

  // ---------------------------------------------------------------- events

  onChange(listener: (what: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(what: Change): void {
    for (const f of [...this.#listeners]) f(what);
  }

  /** Tells the other tabs too. */
  #change(what: Change): void {
    this.#tell(what);
    this.#channel?.tell(what);
  }

  #heard(what: Change): void {
    if (what === "door") return void this.lock();
    this.#tell(what);
    if (what === "sync" || what === "outbox") void this.#worker?.store.changed().catch(() => undefined);
  }

  /** Ends everything, as a closed tab does. */
  async end(): Promise<void> {
    await this.lock();
    this.#slots.close();
  }
}

/** Drafts of which no set was cut yet: no view shows them. */
function bareDrafts(drafts: readonly Begun[], seen: ReadonlySet<string>, forms: ReadonlyMap<string, FormItem>): RecordLine[] {
  const rest = { status: "draft", unsent: 0, held: 0, void: 0, conflicts: 0, draft: true, stub: false };
  return drafts.filter((d) => !seen.has(d.record)).map((d) => ({ ...d, kind: forms.get(d.form)?.kind ?? "other", ...rest }));
}

const silent: TriggerTarget = { on: () => () => undefined, online: true, visible: true, wantBackgroundSync: () => undefined };

function phoneName(): string {
  return platform();
}

/** What kind of a phone it is, as the office sees it in its list. */
function platform(): string {
  const n = typeof navigator === "undefined" ? undefined : (navigator as { userAgentData?: { platform?: string }; userAgent?: string });
  return n?.userAgentData?.platform ?? /Android|iPhone|iPad|Windows|Macintosh|Linux/.exec(n?.userAgent ?? "")?.[0] ?? "web";
}

export type { Language };
