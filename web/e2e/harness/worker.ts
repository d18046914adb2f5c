// What a worker does with the phone, in the words on the screen.

import type { Page } from "playwright-core";
import { say, type Key } from "../../apps/phone/src/words/index.ts";
import { Filler, look, type Plan } from "./form.ts";
import { villageName } from "./frame.ts";
import type { Phone } from "./phone.ts";
import type { Enrolment } from "./site.ts";

export type Place = "enrol" | "unlock" | "today" | "todo" | "send" | "settings" | "door" | "form";

export class Worker {
  readonly phone: Phone;
  readonly pin: string;
  language: "zh" | "en";
  readonly #asides = new WeakSet<Page>();

  constructor(phone: Phone, pin = "260417", language: "zh" | "en" = "zh") {
    [this.phone, this.pin, this.language] = [phone, pin, language];
  }

  get page(): Page {
    return this.phone.page;
  }

  say(key: Key, places: Record<string, string | number> = {}): string {
    return say(this.language, key, places);
  }

  button(key: Key, places: Record<string, string | number> = {}) {
    return this.page.getByRole("button", { name: this.say(key, places), exact: true });
  }

  /** Opens the link of a code and chooses the PIN; ends on today's list. */
  async enrol(e: Enrolment): Promise<void> {
    const fragment = `#/enrol/${e.code}`;
    if (this.phone.on) await this.page.goto(`${this.phone.link.origin}/${fragment}`);
    else await this.phone.start(fragment);
    await this.page.getByText(this.say("start.pinTitle")).waitFor();
    await this.press(this.pin);
    await this.page.getByText(this.say("start.pinAgain")).waitFor();
    await this.press(this.pin);
    await this.at("today", 60_000);
  }

  /** Waits until the app would also open without a network. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(async () => {
      const r = await navigator.serviceWorker.getRegistration();
      return r?.active?.state === "activated" && navigator.serviceWorker.controller !== null;
    });
  }

  async press(pin: string): Promise<void> {
    for (const d of pin) await this.page.locator(".key", { hasText: d }).tap();
  }

  /** Types the PIN; ends where the app goes on. */
  async unlock(): Promise<Place> {
    await this.page.locator(".key").first().waitFor();
    await this.press(this.pin);
    return this.at(["today", "form", "todo", "send", "settings", "door"], 60_000);
  }

  /** Switches the phone on, and unlocks where a PIN is asked for. */
  async wake(): Promise<Place> {
    await this.phone.start();
    const place = await this.at(["unlock", "enrol"]);
    return place === "unlock" ? this.unlock() : place;
  }

  /** Waits for one of these screens and says which it is. */
  async at(places: Place | readonly Place[], timeout = 20_000): Promise<Place> {
    const wanted = typeof places === "string" ? [places] : places;
    const found = await this.page.waitForFunction((wanted) => {
      const name = /^#\/([a-z]+)/.exec(location.hash)?.[1] ?? "";
      // A form that is on its way in may lead back to the list: submitted just before a kill, or never stored.
      const there = name === "form" ? ".rf .rf-page, .state .do" : "h1";
      return wanted.includes(name) && document.querySelector(there) !== null ? name : false;
    }, wanted as readonly string[], { timeout });
    return (await found.jsonValue()) as Place;
  }

  async tab(name: "today" | "todo" | "send" | "settings"): Promise<void> {
    await this.page.locator(".tabs").getByText(this.say(`tab.${name}`), { exact: true }).tap();
    await this.at(name);
    await this.page.getByText(this.say("common.loading"), { exact: true }).waitFor({ state: "detached" });
  }

  /** The line of a door or place on today's list. */
  task(name: string) {
    return this.page.locator(".task", { has: this.page.locator(".name", { hasText: new RegExp(`^\\s*${escape(name)}\\s*$`) }) }).first();
  }

  async openDoor(label: string): Promise<void> {
    await this.task(label).tap();
    await this.at("door");
    await this.page.locator("footer.foot .primary:not(:disabled)").waitFor();
  }

  /** Begins a form that is about no door, by its title. */
  async startForm(title: string, grid: string): Promise<string> {
    await this.button("today.begin").tap();
    const sheet = this.page.locator("dialog.sheet");
    await sheet.getByRole("button", { name: title, exact: true }).tap();
    // Who has one village is not asked which.
    const place = sheet.getByRole("button", { name: villageName(Number(grid.slice(9, 12)) - 201), exact: true });
    await place.or(this.page.locator(".rf .rf-page")).first().waitFor();
    if (await place.isVisible()) await place.tap();
    return this.inForm();
  }

  /** From the door into the interview. */
  async begin(): Promise<void> {
    await this.page.locator("footer.foot .primary:not(:disabled)").tap();
    await this.inForm();
  }

  /** Waits for an open form and returns its record. The slip that is shown at consent is put aside whenever it is in the way. */
  async inForm(): Promise<string> {
    if (!this.#asides.has(this.page)) {
      this.#asides.add(this.page);
      await this.page.addLocatorHandler(this.button("slip.later"), (later) => later.tap());
    }
    await this.page.locator(".rf .rf-page").waitFor();
    const record = await this.page.waitForFunction(() => /^#\/form\/([^/?]+)/.exec(location.hash)?.[1] ?? false);
    return (await record.jsonValue()) as string;
  }

  /** Waits until everything typed is in the phone's store. */
  async saved(): Promise<void> {
    await this.page.locator('[data-saved="here"]').waitFor();
  }

  async savedNow(): Promise<boolean> {
    return (await this.page.locator('[data-saved="here"]').count()) > 0;
  }

  /** Fills in what is open and submits it. */
  async complete(plan: Plan, filler = new Filler(this.page, this.language)): Promise<void> {
    await filler.fill(plan);
    await this.submit(filler);
  }

  /** From the form's end to wherever the app goes then. The slip is handed over when the app asks for it. */
  async submit(filler = new Filler(this.page, this.language)): Promise<void> {
    await filler.next.tap();
    const given = this.button("slip.given");
    await this.page.waitForFunction(() => document.querySelector("dialog .code") !== null || !location.hash.startsWith("#/form") || document.querySelector(".note[role=alert]") !== null);
    if ((await given.count()) > 0) await given.tap();
    await this.at(["today", "door", "todo"]);
  }

  async closeForm(): Promise<void> {
    await this.page.locator(".bar").getByRole("button", { name: this.say("action.close") }).tap();
    await this.at("today");
  }

  /** Taps "send now" and waits until nothing goes on any more, well or badly. */
  async sendOnce(): Promise<void> {
    await this.button("send.now").tap();
    await this.quiet();
  }

  /** Waits until the phone has neither sent nor received for half a second. On the page about sending. */
  async quiet(): Promise<void> {
    await this.page.waitForFunction((label) => {
      const w = window as { quietSince?: number | undefined };
      const idle = [...document.querySelectorAll<HTMLButtonElement>("button.primary")].some((b) => b.textContent?.trim() === label && !b.disabled);
      if (!idle) w.quietSince = undefined;
      else w.quietSince ??= performance.now();
      return w.quietSince !== undefined && performance.now() - w.quietSince > 500;
    }, this.say("send.now"), { timeout: 120_000 });
    await this.page.evaluate(() => void ((window as { quietSince?: number | undefined }).quietSince = undefined));
  }

  get nothingLeft() {
    return this.page.getByText(this.say("send.nothing"), { exact: true });
  }

  /** Sends until nothing is left. Returns how often it took. */
  async sendAll(most = 60): Promise<number> {
    await this.tab("send");
    for (let n = 1; n <= most; n++) {
      await this.sendOnce();
      if ((await this.nothingLeft.count()) > 0) return n;
    }
    throw new Error(`still unsent after ${most} attempts: ${await this.page.locator("main").innerText()}`);
  }

  /** The number on the badge of today's list. */
  async unsent(): Promise<number> {
    const words = await this.page.locator(".badge").innerText();
    return Number(/\d+/.exec(words)?.[0] ?? 0);
  }

  /** What is on the page of the form. */
  sight() {
    return look(this.page);
  }
}

function escape(s: string): string {
  return s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
