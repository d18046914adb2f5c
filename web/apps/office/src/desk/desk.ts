import type { components } from "@ruhu/api";
import { dateText, type Language, timeText } from "@ruhu/i18n";
import { type App, inject, type InjectionKey, ref, type Ref, watch } from "vue";
import { type Key, type Places as TextPlaces, say } from "../words/index.ts";
import { DeskClient } from "./client.ts";
import { Kept } from "./kept.ts";
import { Keys } from "./keys.ts";
import { Live } from "./live.ts";
import { Notices } from "./notices.ts";
import type { Page } from "./page.ts";
import { Places } from "./places.ts";
import { Shelf } from "./shelf.ts";

export type Me = components["schemas"]["Me"];
export type Action = string;
type Signed = components["schemas"]["Session"];

/** What every screen of the office shares: who sits there, in which language, about which street, and the way to the server. */
export class Desk {
  readonly page: Page;
  readonly client: DeskClient;
  readonly language: Ref<Language>;
  readonly me: Ref<Me>;
  readonly live: Live;
  readonly notices = new Notices();
  readonly kept = new Kept();
  readonly keys = new Keys();
  readonly places: Places;
  readonly shelf: Shelf;
  /** What screens keep as long as the page is open; never in storage. */
  readonly rooms = new Map<string, unknown>();
  /** The street that the screens are about; "" = none is chosen yet. */
  readonly street: Ref<string>;
  /** Set while the session has ended and nobody has signed in again. */
  readonly away: Ref<boolean> = ref(false);
  #back: (() => void)[] = [];

  private constructor(page: Page, me: Me | undefined) {
    this.page = page;
    this.language = ref(page.language);
    this.me = ref(me ?? { user: { id: "", name: "", role: "viewer", area: "" }, actions: [] }) as Ref<Me>;
    this.client = new DeskClient({ language: () => this.language.value, csrf: () => this.me.value.csrf ?? "", recover: (code) => this.#recover(code) });
    this.live = new Live(this.client);
    this.places = new Places(this.client);
    this.shelf = new Shelf(this.client);
    this.street = ref("");
  }

  /** Asks who sits there. */
  static async open(page: Page): Promise<Desk> {
    const desk = new Desk(page, undefined);
    desk.me.value = await desk.client.call("get", "/v1/me", {});
    desk.street.value = desk.me.value.user.area.slice(0, 9).length === 9 ? desk.me.value.user.area.slice(0, 9) : desk.kept.street;
    watch(desk.street, (s) => (desk.kept.street = s));
    if (desk.can("events.read")) desk.live.start();
    return desk;
  }

  /** Whether the role holds an action, or one of several. */
  can(...actions: readonly Action[]): boolean {
    return actions.some((a) => this.me.value.actions.includes(a));
  }

  /** Whether the person's area is wider than one street, so that one has to be chosen. */
  get wide(): boolean {
    return this.me.value.user.area.length < 9;
  }

  /** Speaks another language from now on, on the plain pages too. */
  speak(language: Language): void {
    this.language.value = language;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    void fetch(`/office/?lang=${language}`, { credentials: "same-origin" }).catch(() => undefined);
  }

  /** Somebody signed in on the page itself: what waited goes on. Another person's page begins anew. */
  signedIn(s: Signed): void {
    if (s.user && s.user.id !== this.me.value.user.id) {
      location.reload();
      return;
    }
    if (s.csrf !== undefined) this.me.value = { ...this.me.value, csrf: s.csrf };
    this.away.value = false;
    for (const go of this.#back.splice(0)) go();
  }

  async #recover(code: string): Promise<void> {
    if (code === "csrf") {
      const res = await fetch("/v1/me", { credentials: "same-origin", cache: "no-store" });
      if (res.ok) {
        const me = (await res.json()) as Me;
        if (me.user.id !== this.me.value.user.id) location.reload();
        this.me.value = me;
        return;
      }
    }
    if (this.me.value.user.id === "") location.assign("/login");
    this.away.value = true;
    await new Promise<void>((go) => this.#back.push(go));
  }
}

const key: InjectionKey<Desk> = Symbol("desk");

export function provideDesk(app: App, desk: Desk): void {
  app.provide(key, desk);
}

export interface Words {
  (key: Key, places?: TextPlaces): string;
}

export interface DeskView {
  readonly desk: Desk;
  readonly t: Words;
  readonly language: Ref<Language>;
  /** A civil date as it came (2026-11-23), or a time, as people read it: 11月23日 周一. */
  readonly day: (iso: string | null | undefined) => string;
  /** Date and time of day. */
  readonly time: (iso: string | null | undefined) => string;
  /** A number with its thousands apart. */
  readonly n: (value: number | undefined) => string;
  /** What an area is called. */
  readonly place: (code: string | undefined) => string;
}

export function useDesk(): DeskView {
  const desk = inject(key);
  if (!desk) throw new Error("no desk");
  const language = desk.language;
  const read = (iso: string): number => Date.parse(iso.length === 10 ? `${iso}T12:00:00Z` : iso);
  const zone = (iso: string): string => (iso.length === 10 ? "UTC" : desk.page.zone);
  return {
    desk,
    language,
    t: (k, places) => say(language.value, k, places),
    day: (iso) => (iso ? dateText(language.value, read(iso), zone(iso)) : ""),
    time: (iso) => (iso ? timeText(language.value, read(iso), zone(iso)) : ""),
    place: (code) => desk.places.name(code, language.value),
    n: (value) => (value ?? 0).toLocaleString(language.value === "zh" ? "zh-CN" : "en-GB"),
  };
}

