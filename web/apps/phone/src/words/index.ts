// What people read in the phone app: the shared catalogue and the app's own, under one set of names.

import { type Catalogue, type Language, messages, type Paths, type Places, textAt, type Texts } from "@ruhu/i18n";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

export type Own = Texts<typeof zh>;

/** Names a text. */
export type Key = Paths<Catalogue & Own>;

export const own: Readonly<Record<Language, Own>> = { zh, en };

const all: Readonly<Record<Language, Catalogue & Own>> = { zh: { ...messages.zh, ...zh }, en: { ...messages.en, ...en } };

/** A text with its places filled in. */
export function say(language: Language, key: Key, places: Places = {}): string {
  return textAt(all[language], key, places);
}

/** What each language calls itself. */
export const endonyms: Readonly<Record<Language, string>> = { zh: "中文", en: "English" };
