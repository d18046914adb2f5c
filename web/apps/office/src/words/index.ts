// What people read in the office: the shared catalogue and the console's own, under one set of names.

import { type Catalogue, type Language, messages, type Paths, type Places, textAt, type Texts } from "@ruhu/i18n";
import { en } from "./en/index.ts";
import { zh } from "./zh/index.ts";

export type { Places } from "@ruhu/i18n";

export type Own = Texts<typeof zh>;

/** Names a text. */
export type Key = Paths<Catalogue & Own>;

export const own: Readonly<Record<Language, Own>> = { zh, en };

const all: Readonly<Record<Language, Catalogue & Own>> = { zh: { ...messages.zh, ...zh }, en: { ...messages.en, ...en } };

/** A text with its places filled in. */
export function say(language: Language, key: Key, places: Places = {}): string {
  return textAt(all[language], key, places);
}

/** The text of a code that may be newer than this program; else what other says. */
export function sayCode(language: Language, group: string, code: string, other: string, places: Places = {}): string {
  const known = group.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], all[language]);
  return typeof known === "object" && known !== null && Object.hasOwn(known, code) ? say(language, `${group}.${code}` as Key, places) : other;
}

/** What each language calls itself. */
export const endonyms: Readonly<Record<Language, string>> = { zh: "中文", en: "English" };
