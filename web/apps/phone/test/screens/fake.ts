// A phone without a store, for tests of screens: it holds what a test gives it and notes what it was asked.

import type { Change, Disposition, Door, FormLine, Interview, Me, Opening, Outbox, OutboxLine, PhoneApp, SaveState, Settings, Slot, Snapshot, Storage, SyncState, Task, Today, VisitResult } from "../../src/app/ports.ts";

export const grid = "990101001201001";

export function task(n: number, more: Partial<Task> = {}): Task {
  return {
    household: `${grid}${String(n).padStart(4, "0")}`, grid, label: `1组${n}号`, address: `演示区晨光街道梨园1组${n}号`, form: "hh_sentiment", kind: "sentiment", survey: "demo", due: "2099-12-20",
    case: `7K2M-${n}`, state: "toVisit", record: "", attempts: 0, disposition: "", appointment: "", ...more,
  };
}

export const outbox: Outbox = {
  unsent: 0, drafts: 0, files: 0, fileBytes: 0, waiting: 0, held: 0, void: 0, unsafe: 0, safe: 0, longUnsafe: 0, lastSync: Date.parse("2026-11-23T02:00:00Z"), completeAt: Date.parse("2026-11-23T02:00:00Z"), complete: true,
  revoked: false, unconfirmed: false, forks: 0, clockOffset: 0,
};

export function formLine(form: string, kind: FormLine["kind"], zh: string, en: string): FormLine {
  return { form, kind, version: "1", title: { zh, en }, survey: "demo", closed: false, here: true };
}

export const forms: readonly FormLine[] = [
  formLine("hh_sentiment", "sentiment", "入户民情问卷", "Household survey"), formLine("village_sheet", "village", "村情研判表", "Village sheet"), formLine("followup", "followup", "回访办理", "Follow-up"),
  formLine("candidate_interview", "candidate", "意向人选访谈", "Interview of a willing candidate"),
];

const d = (code: string, zh: string, en: string, more: Partial<Disposition> = {}): Disposition => ({ code, zh, en, outcome: "NC", appointment: false, reason: false, ...more });
export const dispositions: readonly Disposition[] = [
  d("2.24", "家中无人", "Nobody at home"), d("2.25", "受访人不在/约定", "Respondent away or appointment", { appointment: true }), d("2.111", "户拒访", "Household refusal", { reason: true, outcome: "R" }),
  d("2.112", "本人拒访(含不同意)", "Respondent refusal (incl. no consent)", { reason: true, outcome: "R" }), d("4.61", "空置房", "Vacant"),
];

export class FakePhone implements PhoneApp {
  door: Door = "open";
  me: Me | undefined = { worker: "us_1", name: "网格员甲", grids: [grid], slot: "s1" };
  list: Slot[] = [{ id: "s1", mark: 1, triesLeft: 10, destroyed: false, lastOpened: 1 }];
  day: Today = { tasks: [task(1), task(2)], done: 0, total: 2, drafts: [], others: new Map(), villages: new Map([[grid.slice(0, 12), { zh: "梨园村", en: "Liyuan Village" }]]), outbox, forms };
  lines: OutboxLine[] = [];
  sync: SyncState = { phase: "idle", online: true, error: "", nextTry: 0, filesDone: 0, filesTotal: 0 };
  settings: Settings = { language: "zh", textSize: 1, workerRole: "1" };
  kept: Storage = { persistent: true, used: 3 << 20, quota: 900 << 20 };
  sentBack: Awaited<ReturnType<PhoneApp["returned"]>> = [];
  clashes: Awaited<ReturnType<PhoneApp["conflicts"]>> = [];
  attempts: { date: string; half: "1" | "2" | ""; disposition: string; appointment: string }[] = [];
  readonly visits: VisitResult[] = [];
  readonly asked: string[] = [];
  /** What unlock and enrol throw. */
  refuse: unknown;
  open: ((o: Opening) => Interview) | undefined;
  readonly #listeners = new Set<(what: Change) => void>();

  tell(...what: Change[]): void {
    for (const w of what) this.#listeners.forEach((l) => l(w));
  }

  onChange(l: (what: Change) => void): () => void {
    this.#listeners.add(l);
    return () => this.#listeners.delete(l);
  }

  slots = (): Promise<Slot[]> => Promise.resolve(this.list);
  today = (): Promise<Today> => Promise.resolve(this.day);
  returned = (): Promise<typeof this.sentBack> => Promise.resolve(this.sentBack);
  conflicts = (): Promise<typeof this.clashes> => Promise.resolve(this.clashes);
  outbox = (): Promise<Outbox> => Promise.resolve(this.day.outbox);
  outboxLines = (): Promise<OutboxLine[]> => Promise.resolve(this.lines);
  storage = (): Promise<Storage> => Promise.resolve(this.kept);
  askPersistence = (): Promise<Storage> => Promise.resolve(this.kept);
  touch = (): void => undefined;

  visit: PhoneApp["visit"] = (household) =>
    Promise.resolve({
      task: this.day.tasks.find((t) => t.household === household) ?? task(1), attempts: this.attempts, dispositions,
      notice: { version: 2, hash: "h", zh: "您好，我受演示街道办委托做入户民情调查。调查自愿，您可以随时停止。", en: "Good day. I ask on behalf of the demo street office. You may stop at any time." },
    });

  async logVisit(r: VisitResult): Promise<void> {
    this.visits.push(r);
    this.tell("list", "outbox");
    await Promise.resolve();
  }

  async openInterview(o: Opening, take?: "take-over"): Promise<Interview> {
    this.asked.push(`open ${JSON.stringify(o)} ${take ?? ""}`.trim());
    await Promise.resolve();
    if (!this.open) throw this.refuse;
    return this.open(o);
  }

  async enrol(code: string, pin: string): Promise<Me> {
    this.asked.push(`enrol ${code} ${pin}`);
    return this.#enter();
  }

  async unlock(slot: string, pin: string): Promise<Me> {
    this.asked.push(`unlock ${slot} ${pin}`);
    return this.#enter();
  }

  async #enter(): Promise<Me> {
    await Promise.resolve();
    if (this.refuse !== undefined) throw this.refuse;
    this.door = "open";
    this.tell("door");
    return this.me!;
  }

  async lock(): Promise<void> {
    this.door = "locked";
    this.tell("door");
    await Promise.resolve();
  }

  async changePin(old: string, next: string): Promise<void> {
    this.asked.push(`pin ${old} ${next}`);
    await Promise.resolve();
  }

  async signOff(): Promise<void> {
    this.asked.push("sign off");
    await Promise.resolve();
    if (this.refuse !== undefined) throw this.refuse;
  }

  async syncNow(): Promise<SyncState> {
    this.asked.push("sync");
    await Promise.resolve();
    return this.sync;
  }

  async exportPack(slot?: string): Promise<Blob> {
    this.asked.push(`export ${slot ?? ""}`);
    await Promise.resolve();
    return new Blob(["pack"]);
  }

  importPack = async (): ReturnType<PhoneApp["importPack"]> => Promise.resolve({ merged: 3, waiting: 0, held: 1, void: 0, refused: 0, code: "" });

  async setSettings(s: Partial<Settings>): Promise<void> {
    this.settings = { ...this.settings, ...s };
    this.tell("settings");
    await Promise.resolve();
  }
}

/** An open form that remembers what it was given. */
export class FakeInterview implements Interview {
  readonly record = "7d9a7a1e-0000-4000-8000-000000000001";
  readonly version = "1";
  grid = grid;
  case = "7K2M-1";
  household = `${grid}0001`;
  stream = "answers" as const;
  instanceXml: string | undefined;
  values: Record<string, string> = {};
  rows: Record<string, string[]> = {};
  preset: Record<string, string> = {};
  place: Interview["place"];
  status = "";
  comments: Interview["comments"] = [];
  conflicts: Interview["conflicts"] = [];
  notice = undefined;
  lost = false;
  saved: SaveState = "here";
  erasable = true;
  readonly did: string[] = [];
  last: Snapshot | undefined;
  /** What save, leave and submit throw. */
  refuse: unknown;
  readonly #listeners = new Set<() => void>();
  readonly form: FormLine;
  readonly formXml: string;
  readonly files: Interview["files"];
  readonly attachments = { get: () => Promise.resolve(undefined), put: () => Promise.resolve() };

  constructor(form: FormLine, formXml: string, files: Interview["files"] = () => Promise.resolve(undefined)) {
    [this.form, this.formXml, this.files] = [form, formXml, files];
  }

  tell(): void {
    this.#listeners.forEach((l) => l());
  }

  onChange(l: () => void): () => void {
    this.#listeners.add(l);
    return () => this.#listeners.delete(l);
  }

  changed(s: () => Snapshot): void {
    this.last = s();
  }

  async #note(what: string, s?: Snapshot): Promise<void> {
    this.did.push(what);
    if (s) this.last = s;
    await Promise.resolve();
    if (this.refuse !== undefined) throw this.refuse;
  }

  save = (s: Snapshot): Promise<void> => this.#note("save", s);
  hidden = (s: Snapshot): Promise<void> => this.#note("hidden", s);
  leave = (s: Snapshot): Promise<void> => this.#note("leave", s);
  submit = (s: Snapshot): Promise<void> => this.#note("submit", s);
  erase = (): Promise<void> => this.#note("erase");
  close = (): Promise<void> => this.#note("close");

  async slip(): Promise<{ code: string; qr: string }> {
    await this.#note("slip");
    return { code: "7K2M-9QXD-4TRW-C", qr: "RUHU:7K2M9QXD4TRWC" };
  }

  async slipGiven(): Promise<void> {
    await this.#note("given");
    this.erasable = false;
    this.tell();
  }
}
