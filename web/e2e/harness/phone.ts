// A phone: Chromium with a profile of its own on disk, 360x740, touched with fingers. It can lose signal and be killed like a phone
// whose battery is taken out.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, type CDPSession, chromium, type ConsoleMessage, type Page } from "playwright-core";
import type { Link } from "./link.ts";

const executablePath = process.env["RUHU_CHROMIUM"] ?? "/usr/bin/chromium";
const shots = process.env["RUHU_SHOTS"] ?? fileURLToPath(new URL("../shots", import.meta.url));

export interface PhoneOptions {
  readonly language?: "zh" | "en";
  /** The phone's clock is wrong by so many ms. */
  readonly clockOff?: number;
}

/** What a page said that it should not have said. */
const expectedNoise = [/Failed to load resource/, /net::ERR_/, /ERR_INTERNET_DISCONNECTED/, /fetching the script/i, /GPU stall/];

export class Phone {
  readonly link: Link;
  readonly profile: string;
  readonly #options: PhoneOptions;
  /** Errors of scripts and refusals of the content policy. */
  readonly complaints: string[] = [];
  /** What the server refused. */
  readonly refusals: string[] = [];
  /** Requests to anywhere else. */
  readonly strangers: string[] = [];
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #pid = 0;
  offline = false;
  kills = 0;
  starts = 0;

  /** All that are not discarded. */
  static readonly all = new Set<Phone>();

  private constructor(link: Link, profile: string, options: PhoneOptions) {
    [this.link, this.profile, this.#options] = [link, profile, options];
    Phone.all.add(this);
  }

  static async make(link: Link, options: PhoneOptions = {}): Promise<Phone> {
    return new Phone(link, await mkdtemp(join(tmpdir(), "ruhu-phone-")), options);
  }

  get page(): Page {
    if (!this.#page) throw new Error("the phone is switched off");
    return this.#page;
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error("the phone is switched off");
    return this.#context;
  }

  get on(): boolean {
    return this.#page !== undefined;
  }

  /** Switches the phone on and opens the app; where says what follows the address, quota how much the app may store from now on. */
  async start(where = "", quota?: number): Promise<Page> {
    this.starts++;
    await rm(join(this.profile, "SingletonLock"), { force: true });
    const zh = (this.#options.language ?? "zh") === "zh";
    const context = await chromium.launchPersistentContext(this.profile, {
      executablePath,
      headless: true,
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--disable-dev-shm-usage",
      ],
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      env: { ...process.env, LANGUAGE: "en_US", LC_ALL: "C.UTF-8" }, // fields for dates are the browser's own: month, day, year
      locale: zh ? "zh-CN" : "en-GB",
      timezoneId: "Asia/Shanghai",
      geolocation: { latitude: 30.2741, longitude: 120.1551, accuracy: 4 },
      permissions: ["geolocation", "camera", "microphone"],
      acceptDownloads: true,
    });
    this.#context = context;
    this.#pid = browserOf(this.profile);
    context.setDefaultTimeout(20_000);
    context.on("request", (r) => {
      if (!r.url().startsWith(this.link.origin) && !/^(blob|data|about|chrome-error):/.test(r.url())) this.strangers.push(r.url());
    });
    context.on("response", (r) => {
      if (r.status() < 400) return;
      const line = `${r.request().method()} ${new URL(r.url()).pathname} ${r.status()}`;
      r.text().then((t) => this.refusals.push(`${line} ${t.slice(0, 300)}`), () => this.refusals.push(line));
    });
    context.on("page", (p) => this.#listen(p));
    if (this.#options.clockOff) await context.addInitScript(wrongClock, this.#options.clockOff);
    const page = context.pages()[0] ?? (await context.newPage());
    this.#listen(page);
    this.#page = page;
    if (this.offline) await context.setOffline(true);
    if (quota !== undefined) await (await this.cdp()).send("Storage.overrideQuotaForOrigin", { origin: this.link.origin, quotaSize: quota });
    await page.goto(this.link.origin + "/" + where);
    return page;
  }

  #listen(page: Page): void {
    page.on("filechooser", () => undefined); // from now on choosers come to us, not only once somebody waits for one
    page.on("pageerror", (e) => this.complaints.push(`${e.name}: ${e.message}\n${e.stack ?? ""}`));
    page.on("console", (m: ConsoleMessage) => {
      if ((m.type() === "error" || m.type() === "warning") && !expectedNoise.some((n) => n.test(m.text()))) this.complaints.push(`${m.type()}: ${m.text()}`);
    });
  }

  /** Another tab of the same phone. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.link.origin + "/");
    return page;
  }

  /** Looks at another of its tabs. */
  async turnTo(page: Page): Promise<void> {
    await page.bringToFront();
    this.#page = page;
  }

  /** Out of signal, or back. */
  async signal(there: boolean): Promise<void> {
    this.offline = !there;
    if (there) this.link.on();
    else this.link.off();
    await this.#context?.setOffline(!there);
  }

  /** Takes the battery out. */
  kill(): void {
    if (this.#pid === 0) return;
    try {
      process.kill(-this.#pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
    this.kills++;
    this.#forget();
  }

  /** Waits until the killed browser is really gone, so that its profile is free. */
  async gone(): Promise<void> {
    for (let i = 0; i < 200 && browserOf(this.profile) !== 0; i++) await new Promise((done) => setTimeout(done, 25));
  }

  #forget(): void {
    this.#pid = 0;
    this.#context = undefined;
    this.#page = undefined;
  }

  async stop(): Promise<void> {
    const context = this.#context;
    this.#forget();
    await context?.close().catch(() => undefined);
    await this.gone();
  }

  /** Switched off and its memory wiped. */
  async discard(): Promise<void> {
    Phone.all.delete(this);
    await this.stop();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async cdp(): Promise<CDPSession> {
    return this.context.newCDPSession(this.page);
  }

  /** A picture of the screen into RUHU_SHOTS, whole = also what has to be scrolled to. */
  async shot(name: string, whole = false): Promise<void> {
    await mkdir(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`), fullPage: whole, animations: "disabled" });
  }
}

/** The process of the browser on a profile; 0 = none. */
function browserOf(profile: string): number {
  for (const name of readdirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      if (args.includes(`--user-data-dir=${profile}`) && !args.some((a) => a.startsWith("--type="))) return Number(name);
    } catch {
      // It ended meanwhile.
    }
  }
  return 0;
}

function wrongClock(off: number): void {
  const Right = Date;
  const Wrong = function (this: unknown, ...args: unknown[]): unknown {
    if (!new.target) return new Right(Right.now() + off).toString();
    return args.length === 0 ? new Right(Right.now() + off) : Reflect.construct(Right, args);
  };
  Object.setPrototypeOf(Wrong, Right);
  Wrong.prototype = Right.prototype;
  Object.assign(Wrong, { now: () => Right.now() + off });
  (globalThis as { Date: unknown }).Date = Wrong;
}

export const haveChromium = existsSync(executablePath);
