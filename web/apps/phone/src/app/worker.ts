import { codeOf, decode, encode } from "@ruhu/merge";
import { Phone, type View } from "@ruhu/sync";
import { HTTP, type SessionStore } from "@ruhu/sync/http";
import type { Session as Tokens } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";
import { Files } from "../attachments/files.ts";
import { Tus } from "../attachments/tus.ts";
import { lockDraft } from "../background/draftlock.ts";
import type { WorkerDatabase } from "../store/database.ts";
import type { LockManager } from "../store/locks.ts";
import { SealedStore } from "../store/sealed.ts";
import { SlotKeys } from "../store/slots.ts";
import type { Sealer } from "../vault/sealer.ts";
import { bestNow, civil, halfDay, type Heard } from "./clock.ts";
import { draftKey, readDraftFile, visitKey } from "./draftfile.ts";
import { type AssignmentItem, assignmentItem, type FormItem, formItem, type HouseholdItem, householdItem, newest, type SurveyItem, surveyItem } from "./items.ts";
import { Library } from "./library.ts";
import { caseOf } from "./records.ts";
import { attempts, type Attempt } from "./today.ts";
import { Villages } from "./villages.ts";
import { writeVisit } from "./visits.ts";

export interface WorkerOptions {
  readonly slot: string;
  readonly db: WorkerDatabase;
  readonly sealer: Sealer;
  readonly locks: LockManager;
  readonly base: string;
  readonly now: () => number;
  readonly language: () => Language;
  readonly fetch: typeof fetch | undefined;
  readonly patience: number | undefined;
  readonly enrolled: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** What is kept of the last sync. */
export interface SyncNote {
  readonly at: number;
  readonly heard: Heard;
}

export interface Own {
  readonly workerRole: "1" | "2" | "3";
}

interface Parts {
  readonly store: SealedStore;
  readonly phone: Phone;
  readonly http: HTTP;
  readonly files: Files;
  readonly enrolled: { yes: boolean };
  /** The server's time of the last answer in this run. */
  readonly heard: { readonly last: Heard | undefined };
}

const [sessionKey, syncKey, ownKey] = ["lib/session", "lib/sync", "lib/own"];

/** It is to be erased on the server. */
function eraseKey(record: string): string {
  return `lib/erase/${record}`;
}
/** The server was told. */
function erasedKey(record: string): string {
  return `lib/erased/${record}`;
}

/** One worker's phone, unlocked: its replica with a sealed store, a way to the server, files and forms. */
export class Worker {
  readonly slot: string;
  readonly db: WorkerDatabase;
  readonly sealer: Sealer;
  readonly locks: LockManager;
  readonly store: SealedStore;
  readonly phone: Phone;
  readonly http: HTTP;
  readonly files: Files;
  readonly library: Library;
  readonly villages: Villages;
  readonly #now: () => number;
  readonly #enrolled: { yes: boolean };
  readonly #heard: Parts["heard"];
  note: SyncNote = { at: 0, heard: { server: 0, phone: 0 } };
  own: Own = { workerRole: "1" };

  private constructor(o: WorkerOptions, parts: Parts) {
    this.slot = o.slot;
    this.db = o.db;
    this.sealer = o.sealer;
    this.locks = o.locks;
    this.#now = o.now;
    this.store = parts.store;
    this.phone = parts.phone;
    this.http = parts.http;
    this.files = parts.files;
    this.#enrolled = parts.enrolled;
    this.#heard = parts.heard;
    this.library = new Library(parts.store, parts.http.client);
    this.villages = new Villages((form, name) => this.library.file(form, name));
  }

  static async open(o: WorkerOptions): Promise<Worker> {
    const store = new SealedStore(o.db, o.sealer, o.locks);
    const enrolled = { yes: o.enrolled };
    const keys = new SlotKeys(o.db, () => enrolled.yes);
    const heard: { last: Heard | undefined } = { last: undefined };
    const http = await HTTP.open({
      heard: (server) => void (heard.last = { server, phone: o.now() }), base: o.base, keys, sessions: tokensIn(store), now: o.now, language: o.language, ...(o.fetch && { fetch: o.fetch }), ...(o.patience !== undefined && { patience: o.patience }),
    });
    const files = new Files({ store, tus: new Tus(http.client), onProgress: o.onProgress });
    const phone = await Phone.open({
      store, keys, transport: http, now: o.now, random: (n) => crypto.getRandomValues(new Uint8Array(n)), escrow: true, filesPending: (record) => files.pending(record),
      stamp: (stream, now) => (stream === "registry" ? halfDay(now) : now),
    });
    const w = new Worker(o, { store, phone, http, files, enrolled, heard });
    w.note = { ...w.note, ...(await w.#json<SyncNote>(syncKey)) };
    w.own = { ...w.own, ...(await w.#json<Own>(ownKey)) };
    return w;
  }

  /** The enrolment is durable: the next signing key is another. */
  settled(): void {
    this.#enrolled.yes = true;
  }

  /** Forgets keys and answers. */
  close(): void {
    this.sealer.drop();
    this.db.close();
  }

  async #json<T>(key: string): Promise<Partial<T>> {
    const text = decode((await this.store.get(key)) ?? new Uint8Array(0));
    return text ? (JSON.parse(text) as Partial<T>) : {};
  }

  /** Notes that a sync ended well, and what time the server said it was. */
  async noteSync(): Promise<void> {
    const note = { at: this.#now(), heard: this.#heard.last ?? this.note.heard };
    await this.store.write(new Map([[syncKey, encode(JSON.stringify(note))]]));
    this.note = note;
  }

  async saveOwn(own: Own): Promise<void> {
    await this.store.write(new Map([[ownKey, encode(JSON.stringify(own))]]));
    this.own = own;
  }

  /** How long ago something was written, by the phone's clock or by what it knows of the time: whichever says less. */
  age(at: number): number {
    return Math.min(this.#now(), this.time()) - at;
  }

  /** The time, as far as this phone can say. */
  time(): number {
    return bestNow(this.#now(), this.#heard.last ?? this.note.heard);
  }

  async forms(): Promise<FormItem[]> {
    return (await this.phone.items("form")).map(formItem);
  }

  /** The newest open version of each form. */
  async current(): Promise<FormItem[]> {
    return newest(await this.forms());
  }

  async surveys(): Promise<Map<string, SurveyItem>> {
    return new Map((await this.phone.items("survey")).map((i) => [i.id, surveyItem(i)]));
  }

  async households(): Promise<HouseholdItem[]> {
    return (await this.phone.items("household")).map(householdItem);
  }

  async assignments(): Promise<AssignmentItem[]> {
    return (await this.phone.items("assignment")).map(assignmentItem);
  }

  /** All records but those that were taken away here and wait to be on the server. */
  async views(): Promise<View[]> {
    const gone = new Set((await this.store.keys(eraseKey(""))).map((key) => key.slice(eraseKey("").length)));
    return (await this.phone.views()).filter((v) => !gone.has(v.record));
  }

  async ownDevices(): Promise<Set<string>> {
    const [status, log] = await Promise.all([this.phone.status(), this.phone.log()]);
    return new Set([...Object.values(status.devices), ...log.map((s) => s.device)].filter((d) => d !== ""));
  }

  async attempts(): Promise<Attempt[]> {
    const forms = new Map((await this.forms()).map((f) => [f.id, f]));
    return attempts(await this.views(), forms);
  }

  /** Writes a line of the visit log. Of an interview: the line that its submission asked for, which then is not asked for again. */
  async logVisit(v: { household: string; disposition: string; appointment?: string; reason?: string; backcheck?: boolean }, interview?: string): Promise<void> {
    const door = (await this.households()).find((h) => h.id === v.household);
    const grid = door?.grid ?? (await this.assignments()).find((a) => a.household === v.household)?.grid ?? "";
    const before = (await this.attempts()).filter((a) => a.household === v.household);
    const form = (await this.current()).find((f) => f.kind === "visit");
    const line = {
      household: v.household, grid, disposition: v.disposition, appointment: v.appointment ?? "", reason: v.reason ?? "", before, backcheck: v.backcheck ?? false,
      workerRole: this.own.workerRole, ...civil(this.time()),
    };
    await writeVisit(this.phone, form, line, interview === undefined ? undefined : new Map([[visitKey(interview), null]]));
  }

  /** Writes the lines of the visit log that submitted interviews asked for: after each, and after a kill between the two. */
  async owedVisits(): Promise<void> {
    await this.locks.request(`${this.db.name}/visits`, {}, async () => {
      for (const key of await this.store.keys("app/")) {
        const [, record = "", what] = key.split("/");
        const d = what === "visit" ? readDraftFile(await this.store.get(key)) : undefined;
        if (!d) continue;
        const view = await this.phone.view(record).catch(() => undefined);
        const backcheck = (await this.forms()).find((f) => f.id === view?.form)?.kind === "backcheck";
        try {
          await this.logVisit({ household: d.household, disposition: "1.1", backcheck }, record);
        } catch (err) {
          if (codeOf(err) !== "form-missing") throw err; // its form comes with a pull
        }
      }
    });
  }

  /**
   * Takes a record away: what did not leave this phone is gone at once, the rest is erased on the server with the next contact. The
   * wish comes first: after a kill in between it is carried out all the same.
   */
  async forget(record: string): Promise<void> {
    await this.store.write(new Map([[eraseKey(record), encode("{}")]]));
    if (!(await this.phone.forget(record))) await this.store.write(new Map([[eraseKey(record), null]]));
  }

  /** Has the server erase what was taken away here. Whatever it says, it is not asked again; a refusal shows the record once more. */
  async erase(signal: AbortSignal): Promise<void> {
    for (const key of await this.store.keys(eraseKey(""))) {
      const record = key.slice(eraseKey("").length);
      await this.phone.forget(record); // a kill may have come before it
      if ((await this.phone.log()).some((s) => s.record === record && !s.acked)) continue;
      try {
        await this.http.client.call("delete", "/v1/records/{id}", { path: { id: record }, body: { reason: "visit" }, signal });
      } catch (err) {
        const code = codeOf(err);
        if (!["not-found", "erased", "forbidden", "rule"].includes(code)) throw err;
      }
      await this.store.write(new Map([[key, null], [erasedKey(record), encode("{}")]]));
    }
  }

  /** Records that were taken away here: their declared sets are nothing to show. */
  async forgotten(): Promise<Set<string>> {
    const keys = await this.store.keys("lib/erase");
    return new Set(keys.map((key) => key.slice(key.lastIndexOf("/") + 1)));
  }

  /** Closes drafts in which nothing is typed that no set holds: forms that were opened and looked at when the app was killed. */
  async sweep(): Promise<void> {
    await this.locks.request(this.openingLock, {}, async () => {
      for (const { record, typed } of await this.phone.draftLines()) {
        if (typed) continue;
        try {
          const lock = await lockDraft(this.locks, this.draftLock(record), false);
          const s = await this.phone.edit(record);
          if (!s.changed) await s.close();
          lock.release();
        } catch {
          continue; // open in another tab, or damaged: it stays to be looked at
        }
      }
      await this.#sweepFiles();
    });
  }

  /** Deletes files of forms that were never stored: a photo was taken, and the app killed before the answer that names it. */
  async #sweepFiles(): Promise<void> {
    const known = new Set([...(await this.phone.drafts()), ...(await this.phone.records()), ...(await this.phone.log()).map((s) => s.record)]);
    const gone = (await this.store.keys("app/")).filter((key) => !known.has(key.split("/")[1] ?? ""));
    if (gone.length > 0) await this.store.write(new Map(gone.map((key) => [key, null])));
  }

  /** Held while a form is being opened. */
  get openingLock(): string {
    return `${this.db.name}/opening`;
  }

  /** Held while a record is open. */
  draftLock(record: string): string {
    return `${this.db.name}/draft/${record}`;
  }

  /** Drafts that are on this phone, each with the door it was begun at. */
  async begun(): Promise<Begun[]> {
    const gone = await this.forgotten();
    const out: Begun[] = [];
    for (const d of await this.phone.draftLines()) {
      if (gone.has(d.record)) continue;
      const file = readDraftFile(await this.store.get(draftKey(d.record)));
      const version = d.version === "-" ? "" : d.version;
      out.push({ record: d.record, form: d.form, version, grid: d.grid, household: file?.household ?? "", case: d.values.get("case_id") ?? file?.values?.["case_id"] ?? file?.preset?.["case_id"] ?? "" });
    }
    return out;
  }

  /** The record of a form at a door: begun here, or one whose answers are here. */
  async interviewAt(form: string, household: string, caseNumber: string): Promise<string | undefined> {
    const begun = (await this.begun()).find((d) => d.form === form && d.household === household);
    if (begun || caseNumber === "") return begun?.record;
    return (await this.views()).find((v) => v.form === form && v.state !== undefined && caseOf(v) === caseNumber)?.record;
  }
}

/** A draft on this phone. */
export interface Begun {
  readonly record: string;
  readonly form: string;
  readonly version: string;
  readonly grid: string;
  readonly household: string;
  readonly case: string;
}

function tokensIn(store: SealedStore): SessionStore {
  return {
    read: async () => {
      const text = decode((await store.get(sessionKey)) ?? new Uint8Array(0));
      return text ? (JSON.parse(text) as Tokens) : undefined;
    },
    write: (s) => store.write(new Map([[sessionKey, encode(JSON.stringify(s))]])),
  };
}
