// Somebody at a desk: a browser with the console, and everything in it that should not be.

import { fileURLToPath } from "node:url";
import { mkdir } from "node:fs/promises";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Demo, password } from "./demo.ts";

const executablePath = process.env["RUHU_CHROMIUM"] ?? "/usr/bin/chromium";
const shots = fileURLToPath(new URL("../shots/office", import.meta.url));

let browser: Promise<Browser> | undefined;

function launched(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export interface DeskOptions {
  readonly language?: "zh" | "en";
  readonly width?: number;
}

export class Desk {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #demo: Demo;
  /** Errors of the page, violations of its policy, requests that left the server: [] = none. */
  readonly complaints: string[] = [];
  /** Bodies of the API's answers, by address. */
  readonly bodies: { readonly url: string; readonly text: string }[] = [];

  private constructor(demo: Demo, context: BrowserContext, page: Page) {
    [this.#demo, this.context, this.page] = [demo, context, page];
  }

  static async open(demo: Demo, login: string, o: DeskOptions = {}): Promise<Desk> {
    const width = o.width ?? 1366;
    const context = await (await launched()).newContext({ viewport: { width, height: width < 600 ? 740 : 768 }, locale: o.language === "en" ? "en-GB" : "zh-CN", acceptDownloads: true });
    const res = await context.request.post(`${demo.base}/v1/auth/login`, { data: { username: login, password, cookie: true } });
    if (!res.ok()) throw new Error(`login of ${login}: ${res.status()} ${await res.text()}`);
    const page = await context.newPage();
    const desk = new Desk(demo, context, page);
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (e) => {
        if (e.disposition === "enforce") console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ""}:${e.lineNumber}`);
      });
    });
    page.on("pageerror", (e) => desk.complaints.push(`error: ${String(e)}`));
    page.on("console", (m) => {
      const text = m.text();
      if (m.type() === "error" && !/Failed to load resource/.test(text) && !/Trusted|TrustedHTML|report-only/i.test(text)) desk.complaints.push(`console: ${text.slice(0, 300)}`);
    });
    page.on("dialog", (d) => {
      desk.complaints.push(`dialog: ${d.message()}`);
      void d.dismiss();
    });
    page.on("request", (r) => {
      if (!r.url().startsWith(demo.base) && !/^(?:blob|data):/.test(r.url())) desk.complaints.push(`left the server: ${r.url()}`);
    });
    page.on("response", (r) => {
      if (new URL(r.url()).pathname.startsWith("/v1/") && !r.url().includes("/v1/sync/events") && !r.url().includes("/attachments/")) void r.text().then((text) => desk.bodies.push({ url: r.url(), text })).catch(() => undefined);
    });
    return desk;
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#demo.base}/office${path}`, { waitUntil: "load" });
    await this.page.waitForSelector("main");
    await this.quiet();
  }

  /** Waits until nothing is being read any more. */
  async quiet(): Promise<void> {
    await this.page.waitForLoadState("load");
    await this.page.waitForFunction(() => !document.querySelector('[aria-busy="true"]') && document.querySelector("main")?.childElementCount, undefined, { timeout: 20_000 });
    await this.page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  }

  /** Keys, one after the other, as if typed. */
  async keys(...keys: string[]): Promise<void> {
    for (const k of keys) await this.page.keyboard.press(k);
  }

  async shot(name: string): Promise<void> {
    await mkdir(shots, { recursive: true });
    await this.page.screenshot({ path: `${shots}/${name}.png` });
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
