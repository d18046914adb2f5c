// How somebody fills in a form: looks at what is on the page, answers what is not yet answered, goes on. It knows nothing of
// what was done before, so it may begin anywhere, as after a kill.

import type { Locator, Page } from "playwright-core";
import { say, type Key } from "../../packages/forms/src/words/index.ts";

export type Answer =
  | string
  /** A file that is taken or chosen. */
  | { readonly file: Uint8Array; readonly name: string; readonly mime: string };

/** What somebody is going to answer. Rows by the path of their repeat, in order. */
export interface Plan {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly rows?: Readonly<Record<string, readonly Plan[]>>;
}

/** What stands on the screen. */
export interface Sight {
  readonly end: boolean;
  /** The row whose page this is, "" outside rows. */
  readonly row: string;
  readonly questions: readonly { readonly path: string; readonly control: string; readonly value: string; readonly locked: boolean }[];
  readonly repeats: readonly { readonly path: string; readonly rows: readonly string[] }[];
  readonly errors: readonly string[];
}

/** Reads the page as it is drawn, without the app's help. */
export function look(page: Page): Promise<Sight> {
  return page.evaluate(() => {
    const rf = document.querySelector(".rf");
    const questions = [...document.querySelectorAll<HTMLElement>(".rf-page .rf-question[data-path]")].map((e) => {
      const control = [...e.classList].find((c) => c.startsWith("rf-is-"))?.slice(6) ?? "";
      const picked = [...e.querySelectorAll<HTMLInputElement>("input[type=radio]:checked, input[type=checkbox]:checked")].map((i) => i.value);
      const field = e.querySelector<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input:not([type=radio]):not([type=checkbox]):not([type=file]), textarea, select");
      let value = picked.join(" ");
      if (value === "" && field) value = field.value;
      if (e.querySelector("img.rf-media, audio.rf-media, video.rf-media")) value = "file";
      const opener = e.querySelector<HTMLElement>(".rf-opener .rf-option-text");
      if (opener) value = opener.classList.contains("rf-quiet") ? "" : (opener.textContent ?? "").trim();
      return { path: e.dataset["path"] ?? "", control, value, locked: e.querySelector(":scope > .rf-value") !== null && e.querySelector("input, textarea, select, button:not(.rf-link)") === null };
    });
    const repeats = [...document.querySelectorAll<HTMLElement>(".rf-page .rf-repeat[data-path]")].map((e) => ({
      path: e.dataset["path"] ?? "",
      rows: [...e.querySelectorAll<HTMLElement>(":scope > .rf-list > .rf-repeat-row[data-path]")].map((r) => r.dataset["path"] ?? ""),
    }));
    const first = questions[0]?.path ?? repeats[0]?.path ?? "";
    const row = document.querySelector(".rf-top .rf-bar > button.rf-link svg") && /\]/.test(first) ? first.slice(0, first.lastIndexOf("]") + 1) : "";
    return { end: rf !== null && document.querySelector(".rf-done, .rf-page > div > .rf-label") !== null && questions.length + repeats.length === 0, row, questions, repeats, errors: [...document.querySelectorAll(".rf-page .rf-error")].map((e) => (e.textContent ?? "").trim()) };
  });
}

export class Filler {
  readonly page: Page;
  readonly language: "zh" | "en";
  /** Called after each answer, with its path. */
  onAnswer: (path: string, value: string) => void | Promise<void> = () => undefined;
  /** Called when a page is met, before anything on it is touched. */
  onSight: (s: Sight) => void = () => undefined;
  /** Called when a page is answered, before it is turned. */
  onPageDone: () => Promise<void> = () => Promise.resolve();

  constructor(page: Page, language: "zh" | "en" = "zh") {
    [this.page, this.language] = [page, language];
  }

  say(key: Key): string {
    return say(this.language, key);
  }

  question(path: string): Locator {
    return this.page.locator(`.rf-page .rf-question[data-path="${path}"]`);
  }

  get next(): Locator {
    return this.page.locator(".rf-foot .rf-main");
  }

  /** Answers everything and stops at the end, where nothing is missing. Inside a row it begins with the list of rows. */
  async fill(plan: Plan): Promise<void> {
    const whole = new Set<string>();
    for (let steps = 0; ; steps++) {
      if (steps > 400) throw new Error("the form does not end");
      await this.page.locator(".rf .rf-page").waitFor();
      const s = await look(this.page);
      this.onSight(s);
      if (s.end) {
        if (s.errors.length === 0) return;
        await this.page.locator(".rf-page button").first().tap(); // the first of the summary
        await this.settle(s);
        continue;
      }
      if (s.row !== "") {
        await this.page.locator(".rf-top .rf-bar > button.rf-link").first().tap();
        await this.settle(s);
        continue;
      }
      await this.answerPage(plan, "");
      if (await this.fillARow(plan, whole)) continue;
      await this.onPageDone();
      await this.turn();
    }
  }

  /** Goes to the page of a question, from the first page on. */
  async seek(path: string): Promise<void> {
    await this.page.locator(".rf-top button[aria-haspopup=dialog]").tap();
    const sheet = this.page.locator("dialog.rf-sheet");
    await sheet.locator("ol.rf-list button").first().tap();
    await sheet.waitFor({ state: "detached" });
    for (let s = await look(this.page); !s.end; s = await look(this.page)) {
      if (s.questions.some((q) => q.path === path)) return;
      await this.turn();
    }
    throw new Error(`${path} is asked nowhere`);
  }

  /** From wherever it is to the end. */
  async toEnd(): Promise<void> {
    for (let s = await look(this.page); !s.end; s = await look(this.page)) await this.turn();
  }

  /** Opens the next row of this page that has not been gone through, or makes it, and goes through it. false: there is none. */
  async fillARow(plan: Plan, whole: Set<string>): Promise<boolean> {
    const s = await look(this.page);
    for (const { path: repeat, rows } of s.repeats) {
      const wanted = plan.rows?.[repeat] ?? [];
      if (rows.length > wanted.length) {
        // Forms begin with a row; where there is nothing to say it goes.
        const surplus = this.page.locator(`.rf-page .rf-repeat-row[data-path="${rows.at(-1)}"]`);
        await surplus.locator(".rf-square").tap();
        await surplus.locator(".rf-danger").tap();
        await surplus.waitFor({ state: "detached" });
        return true;
      }
      for (let n = 0; n < wanted.length; n++) {
        const row = rows[n];
        if (row !== undefined && whole.has(row)) continue;
        const list = this.page.locator(`.rf-page .rf-repeat[data-path="${repeat}"]`);
        if (row === undefined) await list.locator(":scope > .rf-button.rf-wide").tap();
        else await list.locator(`:scope > .rf-list > .rf-repeat-row[data-path="${row}"] .rf-row-open`).tap();
        await this.settle(s);
        const inside = await look(this.page);
        await this.fillRow(wanted[n] as Plan, inside);
        whole.add(inside.row);
        return true;
      }
    }
    return false;
  }

  /** Answers the pages of a row and goes back to the list. */
  async fillRow(plan: Plan, s: Sight): Promise<void> {
    const { row } = s;
    if (row === "") throw new Error("no row was opened");
    for (let now = s; now.row === row; now = await look(this.page)) {
      this.onSight(now);
      await this.answerPage(plan, `${row}/`);
      await this.onPageDone();
      await this.turn();
    }
  }

  /** The next page. */
  async turn(): Promise<void> {
    const now = await look(this.page);
    await this.next.tap();
    await this.settle(now);
  }

  /** Answers what the plan answers on this page; answers make questions come and go. */
  async answerPage(plan: Plan, prefix: string): Promise<void> {
    const tried = new Map<string, number>();
    for (;;) {
      const s = await look(this.page);
      const open = s.questions.find((q) => {
        if (!q.path.startsWith(prefix) || q.locked) return false;
        const a = plan.answers[q.path.slice(prefix.length)];
        return a !== undefined && !shows(q, a) && (tried.get(q.path) ?? 0) < 3;
      });
      if (!open) return;
      tried.set(open.path, (tried.get(open.path) ?? 0) + 1);
      const a = plan.answers[open.path.slice(prefix.length)] as Answer;
      await this.answer(open.path, open.control, a);
      await this.onAnswer(open.path, typeof a === "string" ? a : "file");
    }
  }

  /** Answers one question with fingers. */
  async answer(path: string, control: string, a: Answer): Promise<void> {
    const q = this.question(path);
    if (typeof a !== "string") {
      const chooser = this.page.waitForEvent("filechooser");
      await q.locator("button").first().tap();
      await (await chooser).setFiles({ name: a.name, mimeType: a.mime, buffer: Buffer.from(a.file) });
      await q.locator(".rf-media").waitFor();
      return;
    }
    if (control === "one" || control === "many") {
      if ((await q.locator(".rf-opener").count()) > 0) return this.choose(q, a);
      const wanted = a.split(" ");
      for (const e of await q.locator("label:has(input[type=checkbox]:checked)").all()) {
        if (!wanted.includes((await e.locator("input").getAttribute("value")) ?? "")) await e.tap();
      }
      for (const v of wanted) {
        const label = q.locator(`label:has(input[value="${v}"])`);
        if (!(await label.locator("input").isChecked())) await label.tap();
      }
      return;
    }
    const field = q.locator("input:not([type=file]), textarea").first();
    await field.fill(a);
    await field.blur();
  }

  /** Picks from a sheet by the words of a choice. */
  async choose(q: Locator, words: string): Promise<void> {
    await q.locator(".rf-opener").tap();
    const sheet = this.page.locator("dialog.rf-sheet");
    await sheet.locator("input").fill(words);
    await sheet.getByRole("option").first().tap();
    await sheet.waitFor({ state: "detached" });
  }

  /** Waits until another page is drawn than before, or the same with what is wrong on it. */
  async settle(before: Sight): Promise<void> {
    const print = JSON.stringify([before.end, before.questions.map((q) => q.path), before.repeats.map((r) => [r.path, r.rows.length])]);
    await this.page.waitForFunction((was) => {
      const questions = [...document.querySelectorAll<HTMLElement>(".rf-page .rf-question[data-path]")].map((e) => e.dataset["path"]);
      const repeats = [...document.querySelectorAll<HTMLElement>(".rf-page .rf-repeat[data-path]")].map((e) => [e.dataset["path"], e.querySelectorAll(":scope > .rf-list > .rf-repeat-row").length]);
      const end = document.querySelector(".rf-done, .rf-page > div > .rf-label") !== null && questions.length + repeats.length === 0;
      return JSON.stringify([end, questions, repeats]) !== was || document.querySelector(".rf-page-faults") !== null || document.querySelector(".rf") === null;
    }, print);
  }
}

/** Whether a question shows this answer already. Of files any. */
function shows(q: { readonly control: string; readonly value: string }, a: Answer): boolean {
  if (typeof a !== "string") return q.value === "file";
  if (q.control === "many") return [...q.value.split(" ")].sort().join(" ") === [...a.split(" ")].sort().join(" ");
  return q.value === a;
}
