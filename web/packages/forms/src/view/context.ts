// What the parts of a form on the screen share.

import type { Language } from "@ruhu/i18n";
import { computed, type ComputedRef, inject, type InjectionKey, provide, type Ref } from "vue";
import { own } from "../own.ts";
import type { FormError, FormSession, Question, Refusal } from "../types.ts";
import { type Key, type Places, say } from "../words/index.ts";

/** A reviewer's words at a question. */
export interface Comment {
  readonly text: string;
  readonly who?: string;
  readonly when?: string;
}

/** One of the answers that differ. */
export interface Rival {
  /** "" = it was cleared. */
  readonly value: string;
  readonly mine: boolean;
  readonly who?: string;
  readonly when?: string;
}

export type Comments = Readonly<Record<string, readonly Comment[]>>;
export type Conflicts = Readonly<Record<string, readonly Rival[]>>;

/** Makes a photo small and takes out what cameras write into it. */
export type EncodePhoto = (photo: Blob, maxPixels: number) => Promise<Blob>;

export interface FormContext {
  readonly session: FormSession;
  readonly language: Ref<Language>;
  readonly readonly: Ref<boolean>;
  readonly comments: Ref<Comments>;
  readonly conflicts: Ref<Conflicts>;
  readonly encodePhoto: Ref<EncodePhoto>;
  /** Paths a person has answered or left. */
  readonly touched: Set<string>;
  /** Whether missing answers on this page are told. */
  readonly revealed: Ref<boolean>;
  /** Paths of conflicts that were settled here. */
  readonly settled: Set<string>;
  /** A conflict was settled, the value is in the record. */
  settle(path: string): void;
  /** A quick answer was given: turn the page if it has nothing else. */
  advance(): void;
  openRow(path: string): void;
}

const key: InjectionKey<FormContext> = Symbol("form");

export function provideForm(context: FormContext): void {
  provide(key, context);
}

export function useForm(): FormContext & { readonly t: (key: Key, places?: Places) => string } {
  const context = inject(key);
  if (!context) throw new Error("a control stands outside a form");
  return { ...context, t: (k, places) => say(context.language.value, k, places) };
}

export interface Answer {
  readonly value: ComputedRef<string>;
  readonly locked: ComputedRef<boolean>;
  /** Writes an answer; the record is read back, and what it does not hold stays told. */
  set(value: string): Refusal | undefined;
  /** What was typed is no value. */
  refuse(typed: string): void;
  clear(): void;
}

/** How a control reads and writes its question. */
export function useAnswer(q: () => Question): Answer {
  const form = useForm();
  const path = (): string => q().path;
  return {
    value: computed(() => q().value),
    locked: computed(() => form.readonly.value || q().readonly),
    set(value) {
      form.touched.add(path());
      if (value === q().value && form.session.refused(path()) === "") return undefined;
      const refusal = form.session.set(path(), value);
      if (!refusal && own(form.conflicts.value, path())) form.settle(path());
      return refusal;
    },
    refuse(typed) {
      form.touched.add(path());
      form.session.refuse(path(), typed);
    },
    clear() {
      form.touched.add(path());
      form.session.refuse(path(), undefined);
      form.session.set(path(), "");
    },
  };
}

/** The words for what is wrong with a question. */
export function faultText(t: (key: Key, places?: Places) => string, e: FormError, q: Question | undefined, typed: string): string {
  switch (e.fault) {
    case "required": return e.message || t("fault.required");
    case "constraint": return e.message || t("fault.constraint");
    case "unknown-choice": return t("fault.choice", { value: q?.value ?? "" });
    case "refused": return refusedText(t, q, typed);
  }
}

function refusedText(t: (key: Key, places?: Places) => string, q: Question | undefined, typed: string): string {
  switch (q?.control) {
    case "integer": return /^-?[0-9]{10,}$/.test(typed) ? t("fault.big") : t("fault.whole");
    case "decimal": return t("fault.number");
    case "date": return t("fault.date");
    case "time":
    case "dateTime": return t("fault.time");
    case "geopoint":
    case "geotrace":
    case "geoshape": return t("fault.point");
    case "rank": return t("fault.rank");
    case "text":
    case "multiline":
    case "barcode": return t(typed.length > 300 ? "fault.long" : "fault.refused", { typed: typed.slice(0, 40) });
    default: return t("fault.refused", { typed: typed.slice(0, 40) });
  }
}
