// The phone that all screens share, and what every one of them asks of it.

import { type Language, dateText, timeText, type Places } from "@ruhu/i18n";
import { type App, computed, type ComputedRef, inject, type InjectionKey, onScopeDispose, shallowRef } from "vue";
import type { Both, Change, PhoneApp } from "../app/ports.ts";
import { type Key, say } from "../words/index.ts";

const key: InjectionKey<PhoneApp> = Symbol("phone");

export function providePhone(app: App, phone: PhoneApp): void {
  app.provide(key, phone);
}

export function usePhone(): PhoneApp {
  return inject(key) ?? panic();
}

function panic(): never {
  throw new Error("a screen stands outside the app");
}

/** Runs f on changes of these kinds for as long as the component lives. */
export function onPhone(app: PhoneApp, on: readonly Change[], f: (what: Change) => void): void {
  onScopeDispose(app.onChange((what) => on.includes(what) && f(what)));
}

/** A value of the phone that is read anew whenever these change. */
export function tracked<T>(app: PhoneApp, on: readonly Change[], read: () => T): ComputedRef<T> {
  const value = shallowRef(read());
  onPhone(app, on, () => (value.value = read()));
  return computed(() => value.value);
}

export interface Text {
  readonly language: ComputedRef<Language>;
  readonly t: (key: Key, places?: Places) => string;
  /** A civil date or a moment, as people say it. */
  readonly day: (at: string | number) => string;
  readonly moment: (ms: number) => string;
  readonly both: (words: Both | undefined) => string;
}

/** What the app says, in the language chosen. */
export function useText(app: PhoneApp = usePhone()): Text {
  const language = tracked(app, ["settings"], () => app.settings.language);
  return {
    language,
    t: (k, places) => say(language.value, k, places),
    day: (at) => (at === "" ? "" : dateText(language.value, typeof at === "string" ? Date.parse(`${at}T12:00:00+08:00`) : at)),
    moment: (ms) => timeText(language.value, ms),
    both: (words) => (words ? (language.value === "en" && words.en !== "" ? words.en : words.zh) : ""),
  };
}
