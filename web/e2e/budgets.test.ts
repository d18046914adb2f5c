// What the phone is allowed to cost, measured with a processor four times slower, beside a figure of the same run that says how
// fast this machine is. Nothing is asserted in time; that every measured thing happened is.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { gridOf } from "./harness/frame.ts";
import { Filler } from "./harness/form.ts";
import { Phone } from "./harness/phone.ts";
import { Site } from "./harness/site.ts";
import { type Shift, shift } from "./harness/start.ts";
import { type Item, xform } from "./harness/xform.ts";

const page = (name: string, items: readonly Item[]): Item => ({ name, zh: "一页", en: "A page", control: "group", appearance: "field-list", items });
const yn = [{ name: "1", zh: "是", en: "Yes" }, { name: "0", zh: "否", en: "No" }, { name: "2", zh: "不知道", en: "Unknown" }];
const question = (i: number): Item => ({ name: `q${i}`, zh: `第${i}题满意吗？`, en: `Q${i}?`, control: "select1", list: "yn", type: "string", required: false });

/** 200 questions on ten pages, each page relevant by a sum over the one before; about 70 KB. */
const long = xform({ id: "long", version: "1", zh: "二百题", lists: { yn }, items: Array.from({ length: 10 }, (_, p) => page(`p${p}`, Array.from({ length: 20 }, (_, i) => ({ ...question(p * 20 + i), ...(i > 0 && { relevant: `/data/p${p}/q${p * 20} != '9'` }) })))) });
const rows = xform({ id: "rows", version: "1", zh: "很多行", lists: { yn }, items: [{ name: "people", zh: "家里的人", en: "People", control: "repeat", appearance: "field-list", items: [{ name: "name", zh: "怎么称呼", en: "Name", control: "input", type: "string" }, { name: "age", zh: "年龄", en: "Age", control: "input", type: "int" }] }] });
const many = xform({ id: "many", version: "1", zh: "三千项", csv: ["towns"], items: [page("p", [{ name: "town", zh: "哪个镇", en: "Which town", control: "select1", list: "towns", type: "string", appearance: "autocomplete" }])] });
const towns = ["name,label", ...Array.from({ length: 3000 }, (_, i) => `t${i},第${i}号镇`)].join("\n") + "\n";

const slower = 4;
const lines: string[] = [];
let site: Site;
let who: Shift;

function note(what: string, value: number, unit: string, allowed: number): void {
  lines.push(`${what.padEnd(62)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit.padEnd(3)} allowed ${String(allowed).padStart(5)} ${unit}${value > allowed ? "  OVER" : ""}`);
}

function middle(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
}

/** Runs f with the slow processor. */
async function slow<T>(p: Page, f: () => Promise<T>): Promise<T> {
  const cdp = await p.context().newCDPSession(p);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  try {
    return await f();
  } finally {
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await cdp.detach();
  }
}

/** ms from tapping something until a thing that was not there is drawn. */
function tapToDrawn(p: Page, tap: string, drawn: string): Promise<number> {
  return p.evaluate(
    ([tap, drawn]) =>
      new Promise<number>((done) => {
        const begun = performance.now();
        const look = (): void => void (document.querySelector(drawn as string) ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun))) : requestAnimationFrame(look));
        document.querySelector<HTMLElement>(tap as string)!.click();
        look();
      }),
    [tap, drawn],
  );
}

/** MB of the page's heap after everything that can go is gone. */
async function heap(p: Page): Promise<number> {
  const cdp = await p.context().newCDPSession(p);
  await cdp.send("HeapProfiler.enable");
  for (let i = 0; i < 3; i++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  await cdp.detach();
  return usedSize / 1048576;
}

beforeAll(async () => {
  site = await Site.start({
    villages: 1, doors: 2,
    forms: [{ id: "long", kind: "other", xml: long }, { id: "rows", kind: "other", xml: rows }, { id: "many", kind: "other", xml: many, files: { "towns.csv": towns } }],
  });
  who = await shift(site, "王一");
  await who.worker.ready();
});

afterAll(async () => {
  console.log([`\nbudgets at ${slower}x slower:`, ...lines, ""].join("\n"));
  for (const p of [...Phone.all]) await p.discard();
  await site?.close();
});

test("how fast this machine is", async () => {
  const ms = await slow(who.phone.page, () =>
    who.phone.page.evaluate(() => {
      const begun = performance.now();
      let x = 1;
      const m = new Map<number, number>();
      for (let i = 0; i < 2_000_000; i++) {
        x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
        if (i % 10 === 0) m.set(x, i);
      }
      return performance.now() - begun + m.size * 0;
    }),
  );
  expect(ms).toBeGreaterThan(0);
  lines.push(`${"the measure: 2,000,000 steps of a generator, 200,000 into a map".padEnd(62)}${ms.toFixed(0).padStart(8)} ms`);
});

test("the shell on the wire", async () => {
  const fresh = await Phone.make(site.link);
  const sizes: number[] = [];
  await fresh.start();
  const cdp = await fresh.cdp();
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  await cdp.send("Network.setBypassServiceWorker", { bypass: true });
  const kinds: string[] = [];
  cdp.on("Network.responseReceived", (e) => kinds.push(e.response.headers["content-encoding"] ?? e.response.headers["Content-Encoding"] ?? "plain"));
  cdp.on("Network.loadingFinished", (e) => sizes.push(e.encodedDataLength));
  await fresh.page.reload();
  await fresh.page.locator("input[name=code]").waitFor();
  expect(sizes.length).toBeGreaterThan(3);
  expect(kinds).toContain("br");
  note("shell as the first screen needs it, with heads", sizes.reduce((a, b) => a + b, 0) / 1024, "KB", 350);
  await fresh.discard();
});

test("a form of 200 questions", async () => {
  const { worker, phone } = who;
  lines.push(`${"the form, for which the budget says 70 KB".padEnd(62)}${(long.length / 1024).toFixed(0).padStart(8)} KB`);
  const open = async (): Promise<number> => {
    await worker.tab("today");
    await worker.button("today.begin").tap();
    await worker.page.locator("dialog.sheet").getByRole("button", { name: "二百题", exact: true }).waitFor();
    return slow(worker.page, () => worker.page.evaluate(() => new Promise<number>((done) => {
      const begun = performance.now();
      const look = (): void => void (document.querySelectorAll(".rf-page .rf-question").length > 0 ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun))) : requestAnimationFrame(look));
      [...document.querySelectorAll<HTMLElement>("dialog.sheet button")].find((b) => b.textContent?.trim() === "二百题")!.click();
      const choose = (): void => {
        if (location.hash.startsWith("#/form")) return;
        [...document.querySelectorAll<HTMLElement>("dialog.sheet button")].find((b) => /网格|村/.test(b.textContent ?? "") && b.textContent?.trim() !== "二百题")?.click();
        requestAnimationFrame(choose);
      };
      requestAnimationFrame(choose);
      look();
    })));
  };
  const cold: number[] = [];
  for (let n = 0; n < 3; n++) {
    await phone.stop();
    await worker.wake();
    cold.push(await open());
    await worker.inForm();
    await worker.closeForm();
  }
  note("usable form, cold (the app was just started), middle of 3", middle(cold), "ms", 3000);
  await phone.signal(false);
  const warm: number[] = [];
  for (let n = 0; n < 5; n++) {
    warm.push(await open());
    await worker.inForm();
    if (n < 4) await worker.closeForm();
  }
  note("usable form, warm and offline, middle of 5", middle(warm), "ms", 1500);
  await phone.signal(true);
  const p = worker.page;
  const times = await slow(p, () =>
    p.evaluate(async () => {
      const out: number[] = [];
      for (const input of document.querySelectorAll<HTMLInputElement>('.rf-page input[type=radio][value="1"]')) {
        const begun = performance.now();
        input.click();
        await new Promise((done) => setTimeout(done)); // what Vue draws is in the page
        out.push(performance.now() - begun);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      }
      return out;
    }),
  );
  expect(times.length).toBe(20);
  note("an answer of 200 questions, middle of 20", middle(times), "ms", 40);
  note("an answer of 200 questions, worst of 20", Math.max(...times), "ms", 40);
  note("heap after GC, form of 200 questions open", await heap(p), "MB", 60);
  await worker.saved();
  await worker.closeForm();
});

test("the 50th row", async () => {
  const { worker } = who;
  await worker.tab("today");
  await worker.startForm("很多行", gridOf(0));
  const p = worker.page;
  const filler = new Filler(p);
  const back = ".rf-top .rf-bar > button.rf-link";
  for (let n = 1; n < 50; n++) {
    await tapToDrawn(p, ".rf-repeat > .rf-button.rf-wide", ".rf-question");
    await tapToDrawn(p, back, ".rf-repeat");
  }
  expect(await p.locator(".rf-repeat-row").count()).toBe(49);
  note("adding the 50th row", await slow(p, () => tapToDrawn(p, ".rf-repeat > .rf-button.rf-wide", ".rf-question")), "ms", 60);
  expect((await filler.page.locator(".rf-question").count())).toBe(2);
  await worker.closeForm();
});

test("3,000 choices", async () => {
  const { worker } = who;
  await worker.tab("today");
  await worker.startForm("三千项", gridOf(0));
  const p = worker.page;
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    times.push(await slow(p, () => tapToDrawn(p, ".rf-opener", "dialog.rf-sheet [role=option]")));
    await p.keyboard.press("Escape");
    await p.locator("dialog.rf-sheet").waitFor({ state: "detached" });
  }
  note("a list of 3,000 choices opens, first time", times[0] ?? NaN, "ms", 250);
  note("a list of 3,000 choices opens, middle of 5", middle(times), "ms", 250);
  await new Filler(p).choose(p.locator(".rf-question"), "2999号");
  expect(await p.locator(".rf-opener").innerText()).toContain("第2999号镇");
  note("heap after GC, 3,000 choices", await heap(p), "MB", 120);
  await worker.closeForm();
});
