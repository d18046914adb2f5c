import type { zh } from "./zh.ts";

/** The shape of a catalogue: strings at the same keys. */
export type Texts<T> = { readonly [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };

/** The shape of a catalogue: the same keys in every language. It is what vue-i18n takes as messages. */
export type Catalogue = Texts<typeof zh>;

/** The names of all texts in a catalogue: "sync.complete". */
export type Paths<T, P extends string = ""> = { [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Paths<T[K], `${P}${K}.`> }[keyof T & string];

/** Names a text: "sync.complete". */
export type Key = Paths<typeof zh>;

/** The languages there are, the first one first. */
export const languages = ["zh", "en"] as const;
export type Language = (typeof languages)[number];
