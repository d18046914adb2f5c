// @ruhu/i18n is all that people read in both apps, in Chinese first and English second, and the sentences of the error codes.

import { type Catalogue, type Key, type Language } from "./catalogue.ts";
import { en } from "./en.ts";
import { errors } from "./errors.gen.ts";
import { zh } from "./zh.ts";

export { type Catalogue, type Key, type Language, languages } from "./catalogue.ts";
export { dateText, timeText } from "./dates.ts";
export { errors } from "./errors.gen.ts";

/** The catalogues, as vue-i18n takes them. */
export const messages: Readonly<Record<Language, Catalogue>> = { zh, en };

/** A text with its places filled in: t("en", "saved.unsent", { n: 3 }). A place without a value stays as it is. */
export function t(language: Language, key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  let at: unknown = messages[language];
  for (const part of key.split(".")) at = (at as Record<string, unknown>)[part];
  return String(at).replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : place));
}

/** What people read of a failure: a sentence, and what to do ("" where there is nothing). */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
  readonly hint: { readonly zh: string; readonly en: string };
}

/** The sentence of a code; of one that this program does not know yet, that of "internal". */
export function sentence(code: string): Sentence {
  return Object.hasOwn(errors, code) ? errors[code as keyof typeof errors] : errors.internal;
}

/** The language to begin with, from what the browser prefers: English where the first that we have is it, else Chinese. */
export function preferred(wanted: readonly string[]): Language {
  const known = wanted.map((w) => w.toLowerCase().split("-")[0]).find((w) => w === "zh" || w === "en");
  return known === "en" ? "en" : "zh";
}
