// @ruhu/i18n is all that people read in both apps, in Chinese first and English second, and the sentences of the error codes.

import { type Catalogue, type Key, type Language } from "./catalogue.ts";
import { en } from "./en.ts";
import { errors } from "./errors.gen.ts";
import { zh } from "./zh.ts";

export { type Catalogue, type Key, type Language, languages, type Paths, type Texts } from "./catalogue.ts";
export { dateText, defaultZone, timeText } from "./dates.ts";
export { errors } from "./errors.gen.ts";

/** The catalogues, as vue-i18n takes them. */
export const messages: Readonly<Record<Language, Catalogue>> = { zh, en };

/** What stands at the places of a text. */
export type Places = Readonly<Record<string, string | number>>;

/** The text at a key of any catalogue, with its places filled in. A place without a value stays as it is. */
export function textAt(catalogue: object, key: string, places: Places = {}): string {
  let at: unknown = catalogue;
  for (const part of key.split(".")) at = (at as Record<string, unknown>)[part];
  return String(at).replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(places, name) ? String(places[name]) : place));
}

/** A text of the shared catalogue: t("en", "saved.unsent", { n: 3 }). */
export function t(language: Language, key: Key, places: Places = {}): string {
  return textAt(messages[language], key, places);
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
