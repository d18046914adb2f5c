// What the screens see of the phone: who holds it, today's doors, an open interview, what went and what waits. Everything else
// (sealing, storage, sync, uploads) is behind it. Screens keep no copies: they ask again when a change is announced.

import type { Language } from "@ruhu/i18n";
import type { Bytes } from "@ruhu/merge";

/** A text in both languages, as the server has it. */
export interface Both {
  readonly zh: string;
  readonly en: string;
}

// ------------------------------------------------------------------ who

/**
 * One worker's sealed store on this phone. Nothing here tells whose it is: on a shared phone people know their own by its mark.
 */
export interface Slot {
  readonly id: string;
  /** 1, 2, 3 …: what the lock screen shows, as a number with a colour. */
  readonly mark: number;
  /** PINs that may still be wrong before the store is locked for good. */
  readonly triesLeft: number;
  /** Too many wrong PINs: only what is sealed for the server is left, and can be exported or is carried by whoever enrols next. */
  readonly destroyed: boolean;
  /** ms by the phone's clock; 0 = never. */
  readonly lastOpened: number;
}

/** "empty": nobody is enrolled. "locked": a PIN is needed. "open": somebody works. */
export type Door = "empty" | "locked" | "open";

export interface Me {
  readonly worker: string;
  readonly name: string;
  readonly grids: readonly string[];
  readonly slot: string;
}

// ------------------------------------------------------------------ today

export type HouseholdState = "toVisit" | "appointment" | "drafted" | "done" | "returned" | "refused" | "held";

/** One door (or, for forms about a grid or village, one place) with what is to be done there. */
export interface Task {
  /** The household's code; "" for a form about the whole grid. */
  readonly household: string;
  readonly grid: string;
  /** What stands at the door, as the registry has it; "" where it has nothing. */
  readonly label: string;
  readonly address: string;
  readonly form: string;
  /** The survey's name for what the form is: sentiment, candidate, village, appraisal, visit, followup, backcheck, other. */
  readonly kind: FormKind;
  readonly survey: string;
  /** Civil date; "" = none. */
  readonly due: string;
  /** Case number of the interview; "" where the form has none. */
  readonly case: string;
  readonly state: HouseholdState;
  /** The interview of this task on this phone; "" = none yet. */
  readonly record: string;
  readonly attempts: number;
  /** Code of the last visit; "" = none. */
  readonly disposition: string;
  /** Civil date of an appointment still to come or missed; "" = none. */
  readonly appointment: string;
}

export type FormKind = "sentiment" | "candidate" | "village" | "appraisal" | "visit" | "followup" | "backcheck" | "other";

export interface Today {
  /** In walking order: by grid, then as the registry lists them. */
  readonly tasks: readonly Task[];
  readonly done: number;
  readonly total: number;
  /** Records with something typed that is not submitted. */
  readonly drafts: readonly RecordLine[];
  /** Interviews and sheets that other phones hold, by grid: coverage without answers. */
  readonly others: ReadonlyMap<string, number>;
  readonly outbox: Outbox;
  /** Names of villages by their 12 digits, as far as the forms on this phone know them. */
  readonly villages: ReadonlyMap<string, Both>;
  /** Forms that can be begun without an assignment's household, newest open version each. */
  readonly forms: readonly FormLine[];
}

export interface FormLine {
  readonly form: string;
  readonly version: string;
  readonly title: Both;
  readonly kind: FormKind;
  readonly survey: string;
  readonly closed: boolean;
  /** The form and its files are on this phone: it opens without signal. */
  readonly here: boolean;
}

/** A record as lists show it. */
export interface RecordLine {
  readonly record: string;
  readonly form: string;
  readonly version: string;
  readonly kind: FormKind;
  readonly grid: string;
  readonly case: string;
  readonly household: string;
  /** draft, submitted, approved, returned, needs_review, restricted. */
  readonly status: string;
  readonly unsent: number;
  readonly held: number;
  readonly void: number;
  readonly conflicts: number;
  /** Something typed is not yet in the log. */
  readonly draft: boolean;
  /** Only a stub is here: no answers. */
  readonly stub: boolean;
}

// ------------------------------------------------------------------ a visit

export interface Notice extends Both {
  readonly version: number;
  readonly hash: string;
}

export interface Disposition extends Both {
  readonly code: string;
  /** AAPOR group: I P R NC O UH UO NE. */
  readonly outcome: string;
  /** A date may be said. */
  readonly appointment: boolean;
  /** A reason may be said: 1 no time, 2 no trust, 3 afraid of consequences, 4 other. */
  readonly reason: boolean;
}

/** A door, before anything is written. */
export interface Visit {
  readonly task: Task;
  readonly notice: Notice | undefined;
  /** Those that a visit without an interview may end in, the usual ones first. */
  readonly dispositions: readonly Disposition[];
  /** All attempts at this door, oldest first: civil dates and codes. */
  readonly attempts: readonly { readonly date: string; readonly half: "1" | "2" | ""; readonly disposition: string; readonly appointment: string }[];
}

/** How a visit without an interview ended: one line of the visit log, in the registry stream, with date and half-day only. */
export interface VisitResult {
  readonly household: string;
  readonly disposition: string;
  /** Civil date. */
  readonly appointment?: string;
  readonly reason?: "1" | "2" | "3" | "4";
}

/** What an interview is opened for. */
export type Opening =
  /** A new interview at a door, under its case number; or the one already begun there. */
  | { readonly household: string; readonly form: string }
  /** A new record of a form about a grid: a village sheet, an appraisal, a candidate's talk. */
  | { readonly grid: string; readonly form: string }
  /** Somebody wants a reply: a separate form in the registry stream, with nothing of the interview in it. */
  | { readonly followUp: string }
  /** A record that is here: a draft, a returned one, one that was handed over. */
  | { readonly record: string };

/** Where the worker stood. */
export interface Place {
  readonly page: string;
  readonly question: string;
}

/** The form as it stands on the screen. */
export interface Snapshot {
  /** FormSession.draftXml(). */
  readonly xml: string;
  /** FormSession.values(), rows(). */
  readonly values: Readonly<Record<string, string>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly place?: Place;
  /** Paths in conflict at which the worker chose what is shown. */
  readonly confirmed?: readonly string[];
  /** Rows in conflict (removed while edited) that the worker wants to keep. */
  readonly kept?: readonly string[];
}

export interface Comment {
  /** The question it is about; "" = the whole record. */
  readonly path: string;
  readonly text: string;
}

export interface Conflict {
  readonly path: string;
  /** "value", or "removed" for a row that was removed while somebody edited it. */
  readonly kind: "value" | "removed";
  /** The one that is shown first. null = cleared. */
  readonly answers: readonly { readonly value: string | null; readonly mine: boolean }[];
}

/** The slip left at the door. */
export interface Slip {
  /** 12 characters and a check character, grouped for reading: XXXX-XXXX-XXXX-C. */
  readonly code: string;
  /** What the QR code on the slip says. */
  readonly qr: string;
}

/** "here": everything typed is in this phone's store. "unsaved": typed and not stored yet. "full": no room; what was typed is on the screen only. */
export type SaveState = "here" | "unsaved" | "saving" | "full" | "failed";

/** One form open in this tab. */
export interface Interview {
  readonly record: string;
  readonly form: FormLine;
  readonly grid: string;
  readonly case: string;
  readonly household: string;
  readonly stream: "answers" | "registry";
  /** phone.xml of the version the draft was begun with; a newer version never touches it. */
  readonly formXml: string;
  /** The form's own files; undefined = not on this phone. */
  readonly files: (name: string) => Promise<Blob | undefined>;
  /** The draft as it was left, for openForm. undefined: build it from values and rows (instanceFrom), or begin a new one where they are empty. */
  readonly instanceXml: string | undefined;
  /** What the record holds, by path with row ids. */
  readonly values: Readonly<Record<string, string>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Values a new record begins with, also of questions nobody is asked: case, village, grid, household. */
  readonly preset: Readonly<Record<string, string>>;
  readonly place: Place | undefined;
  readonly status: string;
  readonly comments: readonly Comment[];
  readonly conflicts: readonly Conflict[];
  readonly notice: Notice | undefined;
  /** Another tab took the form over, or the record was erased or locked: nothing is stored here any more. */
  readonly lost: boolean;
  readonly saved: SaveState;
  /** Photos and other files of answers, by the name that stands in the answer. put stores durably before it resolves. */
  readonly attachments: {
    get(name: string): Promise<Blob | undefined>;
    put(name: string, file: Blob): Promise<void>;
  };

  /**
   * Notes that the form changed; the draft is stored 400 ms after the last change. snapshot is called then. Call it on every
   * change: it costs nothing.
   */
  changed(snapshot: () => Snapshot): void;
  /** Stores the draft now: on page turn. Resolves after the commit. Throws PhoneFault storage-full, after which everything typed is still on the screen. */
  save(s: Snapshot): Promise<void>;
  /** The app is hidden: cuts a change set of what is not yet in the log, and keeps the form open. */
  hidden(s: Snapshot): Promise<void>;
  /** Leaves the record: cuts and closes; the draft stays where it is. */
  leave(s: Snapshot): Promise<void>;
  /** Submits and closes. Throws PhoneFault attachment-missing where a file an answer names is gone or is another. */
  submit(s: Snapshot): Promise<void>;
  /**
   * At consent: draws the withdrawal code (once: later calls give the same) and stores its hash with the record. The code itself
   * stays sealed beside the draft until slipGiven, so that a killed app can show it again.
   */
  slip(): Promise<Slip>;
  /** The slip was left at the door: the code is forgotten. From then on only the code can have the interview erased. */
  slipGiven(): Promise<void>;
  /** Before slipGiven: whether erase is still the worker's. */
  readonly erasable: boolean;
  /** Takes the interview away, here and, where something of it went out, on the server at the next contact. */
  erase(): Promise<void>;
  /** Closes without cutting; the draft stays. For locks and tests. */
  close(): Promise<void>;
  onChange(listener: () => void): () => void;
}

// ------------------------------------------------------------------ sync

/** The outbox in plain figures. */
export interface Outbox {
  /** Change sets the server does not have. The badge shows this one, and never lies. */
  readonly unsent: number;
  /** Drafts with something typed that no change set holds yet. */
  readonly drafts: number;
  /** Photos and other files still to be sent. */
  readonly files: number;
  readonly fileBytes: number;
  /** The server has it and waits for what came before. */
  readonly waiting: number;
  /** The server has it and the office has to decide. */
  readonly held: number;
  /** Will not count. */
  readonly void: number;
  /** Merged and not yet covered by a backup. */
  readonly unsafe: number;
  /** Merged and covered. */
  readonly safe: number;
  /** Sets older than 90 days that no backup covers. */
  readonly longUnsafe: number;
  readonly lastSync: number;
  /** ms by the phone's clock of the pull whose digests agreed; 0 = never. */
  readonly completeAt: number;
  readonly complete: boolean;
  readonly revoked: boolean;
  readonly unconfirmed: boolean;
  readonly forks: number;
  /** The server's clock minus the phone's, ms; 0 = not known. */
  readonly clockOffset: number;
}

/** One change set, or a run of them of one record with the same fate. */
export interface OutboxLine {
  readonly record: string;
  readonly form: string;
  readonly case: string;
  readonly stream: "answers" | "registry";
  readonly state: "unsent" | "merged" | "waiting" | "held" | "void";
  /** Of held and void: a code with words in @ruhu/i18n errors. */
  readonly code: string;
  readonly safe: boolean;
  readonly sets: number;
  /** Files of this record still to be sent. */
  readonly files: number;
  /** When it was written, ms by the phone's clock; 0 where the text is gone. */
  readonly at: number;
}

export type SyncPhase = "idle" | "answers" | "receiving" | "forms" | "files";

export interface SyncState {
  readonly phase: SyncPhase;
  readonly online: boolean;
  /** Of the last attempt; "" = it went well. A code with words in errors. */
  readonly error: string;
  /** ms by the phone's clock; 0 = none is planned. */
  readonly nextTry: number;
  readonly filesDone: number;
  readonly filesTotal: number;
}

export interface Carried {
  /** Whose pack it was the server knows; here only what became of it. */
  readonly merged: number;
  readonly waiting: number;
  readonly held: number;
  readonly void: number;
  readonly refused: number;
  /** Of what was refused. */
  readonly code: string;
}

// ------------------------------------------------------------------ storage

export interface Storage {
  /** undefined = the browser does not say. */
  readonly persistent: boolean | undefined;
  readonly used: number;
  readonly quota: number;
}

export interface Settings {
  readonly language: Language;
  /** 1 = normal. */
  readonly textSize: number;
  /** Who visits: 1 grid worker, 2 liaison cadre, 3 first secretary. */
  readonly workerRole: "1" | "2" | "3";
}

/** What changed. "door": locked, unlocked, destroyed. "list": records, households, forms. "outbox", "sync", "storage", "settings": as they say. */
export type Change = "door" | "list" | "outbox" | "sync" | "storage" | "settings";

/**
 * The phone. Everything that needs the store throws PhoneFault locked while it is locked. Codes of other errors are those of
 * @ruhu/i18n errors (Coded).
 */
export interface PhoneApp {
  readonly door: Door;
  readonly me: Me | undefined;
  slots(): Promise<Slot[]>;
  /**
   * Enrols a worker with a one-time code and chooses a PIN (6 digits or more, or a passphrase), then receives. After a failure the
   * same code may be tried again, with any PIN. Work left behind by slots that were destroyed is sent along.
   */
  enrol(code: string, pin: string): Promise<Me>;
  /** Throws PhoneFault wrong-pin {left} and pin-destroyed. */
  unlock(slot: string, pin: string): Promise<Me>;
  /** Stores open forms, then forgets the keys. */
  lock(): Promise<void>;
  /** Somebody is here: puts off the lock after five minutes. */
  touch(): void;
  changePin(old: string, next: string): Promise<void>;
  /**
   * Ends the use of this phone by this worker: sends everything first, then deletes the store. Throws PhoneFault outbox-not-empty
   * where something did not arrive.
   */
  signOff(): Promise<void>;

  today(): Promise<Today>;
  visit(household: string): Promise<Visit>;
  /** Writes a line of the visit log. */
  logVisit(r: VisitResult): Promise<void>;
  openInterview(o: Opening, take?: "take-over"): Promise<Interview>;
  /** Records the office sent back, with its comments. */
  returned(): Promise<(RecordLine & { readonly comments: readonly Comment[] })[]>;
  /** Own and handed-over records with different answers. */
  conflicts(): Promise<(RecordLine & { readonly open: readonly Conflict[] })[]>;

  /** Sends and receives now. Resolves when it is done or failed: the outcome is in sync. */
  syncNow(): Promise<SyncState>;
  readonly sync: SyncState;
  outbox(): Promise<Outbox>;
  outboxLines(): Promise<OutboxLine[]>;
  /**
   * What is unsent as one file for a memory card, sealed for the server. Without slot: of the open one. Of a destroyed slot it needs no
   * PIN. Throws PhoneFault nothing-unsent.
   */
  exportPack(slot?: string): Promise<Blob>;
  /** Sends a pack of another phone (or of a destroyed slot) from here. */
  importPack(file: Blob): Promise<Carried>;

  storage(): Promise<Storage>;
  /** Asks the browser to keep what is stored here. */
  askPersistence(): Promise<Storage>;
  readonly settings: Settings;
  setSettings(s: Partial<Settings>): Promise<void>;

  onChange(listener: (what: Change) => void): () => void;
}

export type FaultCode =
  | "locked" | "wrong-pin" | "pin-destroyed" | "weak-pin" | "storage-full" | "storage-failed" | "open-elsewhere" | "taken-over" | "attachment-missing"
  | "form-missing" | "photo-unreadable" | "outbox-not-empty" | "not-erasable" | "not-a-pack" | "nothing-unsent" | "already-enrolled";

/** What the phone itself refuses, with words in the phone's catalogue under fault.CODE. */
export interface PhoneFaultShape {
  readonly code: FaultCode;
  /** Of wrong-pin: tries left. Of attachment-missing: names. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/** A sealed pack. */
export type Pack = Bytes;
