// What a form is to a screen. Nothing here knows the engine.

import type { Language } from "@ruhu/i18n";

/** Answers by path with row ids ("members[r7f3]/age"), in the canonical form the server checks. A path without a value is not there. */
export type Values = Record<string, string>;

/** Row ids in order, by the path of their repeat ("members", "members[r7f3]/jobs"). A repeat without rows has an empty list or none. */
export type Rows = Record<string, readonly string[]>;

/** Files of answers, by the name that stands in the answer ("sha256-….jpg"). The phone implements it by (draft, name). */
export interface Attachments {
  get(name: string): Promise<Blob | undefined>;
  put(name: string, file: Blob): Promise<void>;
}

/** What the phone knows of itself, for forms that ask ("deviceid", "username"). */
export interface Properties {
  readonly deviceID?: string;
  readonly username?: string;
  readonly phoneNumber?: string;
  readonly email?: string;
}

export interface OpenOptions {
  /** phone.xml, or any XForm. */
  readonly formXml: string;
  /** The form's own files: lists, pictures, sounds. undefined = not on this phone. */
  readonly files?: (name: string) => Promise<Blob | undefined>;
  /** A draft or a record to go on with; without it a new one begins. */
  readonly instanceXml?: string;
  /** Where files of answers are kept. Without it they live as long as the session. */
  readonly attachments?: Attachments;
  /** Values a new record begins with, by path ("case_id"): also of questions nobody is asked. */
  readonly preset?: Values;
  readonly language?: Language;
  readonly properties?: Properties;
  /** Where the phone is, as "lat lon alt acc", for forms that record it unasked; "" = unknown. */
  readonly position?: () => Promise<string>;
}

/** Why a form cannot be opened. The message is the engine's, for the form's author. */
export class FormRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FormRefused";
  }
}

export type Fault =
  /** Asked for, and empty. */
  | "required"
  /** The form does not take this answer. */
  | "constraint"
  /** What was entered is no value of the question's type: it is not in the record. */
  | "refused"
  /** The answer the record came with is not among the choices any more: it is in the record as long as nobody answers anew. */
  | "unknown-choice";

export interface FormError {
  readonly path: string;
  readonly fault: Fault;
  /** The form's own words in the language shown; "" = it has none. */
  readonly message: string;
  /** The question's words. */
  readonly label: string;
}

/** A piece of text with the marks that authors may use. */
export type Mark =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "break" }
  | { readonly kind: "strong" | "em" | "u" | "span" | "p" | "h" | "ul" | "ol" | "li"; readonly of: readonly Mark[] };

/** Text of a form's author, with what goes with it. */
export interface Words {
  /** Without marks. */
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Names of the form's files. */
  readonly image?: string;
  readonly audio?: string;
  readonly video?: string;
}

export interface Choice {
  readonly value: string;
  readonly words: Words;
}

/** How a question is answered. */
export type Control =
  | "text" | "multiline" | "integer" | "decimal" | "date" | "time" | "dateTime" | "one" | "many" | "range" | "rating" | "rank" | "trigger" | "note"
  | "geopoint" | "geotrace" | "geoshape" | "image" | "draw" | "signature" | "annotate" | "audio" | "video" | "file" | "barcode" | "boolean" | "unsupported";

/** One question in one row. Its members are read anew each time: inside a Vue effect they are tracked. */
export interface Question {
  readonly kind: "question";
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly control: Control;
  readonly appearances: ReadonlySet<string>;
  /** Attributes of the body element without a namespace: rows, accuracyThreshold, query. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly label: Words | undefined;
  readonly hint: Words | undefined;
  readonly guidance: Words | undefined;
  readonly relevant: boolean;
  readonly required: boolean;
  readonly readonly: boolean;
  /** "" = no answer. */
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly range: { readonly start: number; readonly end: number; readonly step: number } | undefined;
  /** What a file may be: "image/*". */
  readonly accept: string;
  /** Whether the answer has to be a whole number: of ranges. */
  readonly whole: boolean;
  readonly maxPixels: number | undefined;
}

/** A group shown on the page of what is around it. */
export interface Section {
  readonly kind: "section";
  readonly key: string;
  readonly path: string;
  readonly label: Words | undefined;
  readonly relevant: boolean;
  /** table-list: the questions inside share one list of choices. */
  readonly table: boolean;
  readonly items: readonly Item[];
}

export interface RepeatRow {
  readonly id: string;
  readonly path: string;
  /** The first answers of the row, for the list. */
  readonly summary: string;
  readonly errors: number;
}

export interface Repeat {
  readonly kind: "repeat";
  readonly key: string;
  /** With the ids of outer rows. */
  readonly path: string;
  readonly label: Words | undefined;
  readonly relevant: boolean;
  /** Whether people add and remove rows; else the form counts them. */
  readonly free: boolean;
  readonly rows: readonly RepeatRow[];
}

export type Item = Question | Section | Repeat;

/** What is on the screen at once. */
export interface Page {
  readonly key: string;
  /** Titles of the groups around it, outer first, then its own. */
  readonly titles: readonly string[];
  readonly items: readonly Item[];
}

/** What set() says: undefined = the value is in the record as given. */
export type Refusal = { readonly fault: "refused" | "readonly" | "not-relevant" | "unknown-path" };

export interface FormLanguage {
  /** As the form has it: "中文 (zh)". "" = the form has one language without a name. */
  readonly name: string;
  readonly code: string;
}

/** What happened. "value" also for files. */
export type ChangeEvent = { readonly what: "value" | "rows" | "language"; readonly path: string };

/** One form that is being filled in. Everything that can change is tracked inside Vue effects. */
export interface FormSession {
  readonly title: string;
  readonly formID: string;
  readonly version: string;
  readonly languages: readonly FormLanguage[];
  readonly language: FormLanguage;
  setLanguage(name: string): void;

  /** The pages that apply now: of the form, or of one row. */
  pages(row?: string): readonly Page[];
  question(path: string): Question | undefined;
  repeat(path: string): Repeat | undefined;
  /** Where a question is asked: the rows to open, outer first, and the key of its page in the last of them; undefined where it is not asked now. */
  place(path: string): { readonly rows: readonly string[]; readonly page: string } | undefined;

  /** All answers that apply. */
  values(): Values;
  rows(): Rows;
  /** What the record held when it was opened; empty for a new one. A change set is the difference to it, or to the last one cut. */
  readonly opened: { readonly values: Values; readonly rows: Rows };
  /** Answers to questions that do not apply now. They are not in the record; draftXml() holds them, and they are back when the question applies again. */
  kept(): Values;

  /** Writes an answer; "" clears it. */
  set(path: string, value: string): Refusal | undefined;
  /** Writes a file as the answer, stores it, and gives it its name; undefined clears. */
  attach(path: string, file: Blob | undefined, extension?: string): Promise<Refusal | undefined>;
  /** The file of an answer. */
  file(name: string): Promise<Blob | undefined>;
  /** Names of the files that answers name now. */
  fileNames(): readonly string[];
  /** One of the form's own files. */
  media(name: string): Promise<Blob | undefined>;

  /** Makes a row at the end and returns its path; undefined where the form counts the rows. */
  addRow(repeat: string): string | undefined;
  removeRow(row: string): void;

  /** What is wrong now, in the order of the form. */
  errors(): readonly FormError[];
  error(path: string): FormError | undefined;
  /** What was typed and refused, "" where nothing was. */
  refused(path: string): string;
  /** Notes what a person typed that is no value: the question is in error until it is set. undefined = forget it. */
  refuse(path: string, typed: string | undefined): void;

  /** The instance as it is, for a draft, with the answers kept aside: open it again and everything is where it was. */
  draftXml(): string;
  /** Does what a form does at its end (end time), and returns everything. */
  finish(): Promise<{ readonly values: Values; readonly rows: Rows; readonly xml: string }>;

  onChange(listener: (e: ChangeEvent) => void): () => void;
  dispose(): void;
}
