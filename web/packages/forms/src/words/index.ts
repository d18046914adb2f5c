// What people read in controls and pages, beside the form's own words.

import type { Language } from "@ruhu/i18n";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

type Texts<T> = { readonly [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };

/** The shape of a catalogue. */
export type Words = Texts<typeof zh>;

type Paths<T, P extends string = ""> = { [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Paths<T[K], `${P}${K}.`> }[keyof T & string];

/** Names a text: "nav.next". */
export type Key = Paths<typeof zh>;

export const catalogues: Readonly<Record<Language, Words>> = { zh, en };

export type Places = Readonly<Record<string, string | number>>;

/** A text with its places filled in. */
export function say(language: Language, key: Key, places: Places = {}): string {
  let at: unknown = catalogues[language];
  for (const part of key.split(".")) at = (at as Record<string, unknown>)[part];
  return String(at).replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(places, name) ? String(places[name]) : place));
}
