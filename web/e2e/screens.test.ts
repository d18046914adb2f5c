// Every screen in both languages: what axe finds, what is too small to touch, what is wider than the screen; and pictures to look at.

import { afterAll, beforeAll, expect, test } from "vitest";
import { axe, small, summary, wide } from "./harness/axe.ts";
import { Filler } from "./harness/form.ts";
import { gridOf, labelOf } from "./harness/frame.ts";
import { Phone } from "./harness/phone.ts";
import { interviewPlan } from "./harness/plan.ts";
import { Rng } from "./harness/rng.ts";
import { Site } from "./harness/site.ts";
import { Worker } from "./harness/worker.ts";

let site: Site;

beforeAll(async () => {
  site = await Site.start({ villages: 2, doors: 12 });
});

afterAll(async () => {
  for (const p of [...Phone.all]) await p.discard();
  await site?.close();
});

test.each(["zh", "en"] as const)("every screen, %s", async (language) => {
  const found: string[] = [];
  const phone = await Phone.make(site.link, { language });
  const worker = new Worker(phone, "260417", language);
  let n = 0;
  const check = async (name: string, whole = false): Promise<void> => {
    const screen = `${language}-${String(++n).padStart(2, "0")}-${name}`;
    const { page } = phone;
    await page.getByText(worker.say("common.loading"), { exact: true }).waitFor({ state: "detached" });
    await page.evaluate(() => document.querySelector<HTMLElement>(".toast")?.style.setProperty("display", "none"));
    await phone.shot(screen, whole);
    found.push(...(await axe(page, screen)), ...(await small(page, screen)), ...(await wide(page, screen)));
    const words = await page.locator("body").innerText();
    if (language === "en") {
      // The names of places and the survey's own words are what they are; the app's are English.
      const left = words.split("\n").filter((l) => /[\u4e00-\u9fff]/.test(l) && !/[村组号区街道王问卷表]|中文/.test(l));
      found.push(...left.map((l) => `${screen}: not English: ${l}`));
    }
    for (const l of words.split("\n")) if (/\{\w+\}|undefined|NaN|\[object/.test(l)) found.push(`${screen}: a place that was not filled in: ${l}`);
  };
  const close = async (): Promise<void> => phone.page.keyboard.press("Escape");

  // Before anything else the phone speaks Chinese; the other language is one tap away.
  const e = await site.enrol({ name: language === "zh" ? "王一" : "王二" });
  await site.assign([[gridOf(0), e.worker, "hh_sentiment"], [gridOf(0), e.worker, "visit_log"], [gridOf(0), e.worker, "followup"], [gridOf(0), e.worker, "village_sheet"]]);
  await phone.start();
  await worker.at("enrol");
  const other = phone.page.getByRole("button", { name: "English", exact: true });
  if (language === "en" && (await other.count()) > 0) await other.tap();
  await check("enrol");
  await phone.page.locator("input[name=code]").fill("WRONG-CODE-WRONG-CODE-12");
  await worker.button("start.next").tap();
  await phone.page.getByText(worker.say("start.pinTitle")).waitFor();
  await check("pin");
  await worker.press("111111");
  await phone.page.getByText(worker.say("start.weak")).waitFor();
  await check("pin-weak");
  await worker.press(worker.pin);
  await phone.page.getByText(worker.say("start.pinAgain")).waitFor();
  await worker.press(worker.pin);
  await phone.page.locator("[role=alert]", { hasText: /\S/ }).waitFor();
  await check("enrol-refused");
  await worker.enrol(e);
  await worker.ready();
  await worker.task(labelOf(0)).waitFor();
  await check("today");
  await worker.tab("todo");
  await check("todo-empty");
  await worker.tab("send");
  await check("send-empty");
  await worker.tab("settings");
  await check("settings", true);
  await worker.button("own.pin").tap();
  await check("settings-pin");
  await close();
  await worker.button("own.signOff").tap();
  await check("settings-sign-off");
  await close();

  await worker.tab("today");
  await worker.openDoor(labelOf(0));
  await check("door", true);
  for (const what of ["nobody", "refuse", "other", "appointment"] as const) {
    await worker.button(`door.${what}`).tap();
    await phone.page.locator("dialog.sheet").waitFor();
    await check(`door-${what}`);
    if (what !== "appointment") await close();
  }
  await phone.page.locator("dialog.sheet .button.wide").first().tap();
  await worker.at("today");
  await worker.openDoor(labelOf(1));
  await worker.button("door.refuse").tap();
  await phone.page.locator("dialog.sheet .button.wide").first().tap();
  await worker.at("today");
  await phone.signal(false);
  await check("today-offline");

  await worker.openDoor(labelOf(2));
  await phone.page.locator("footer.foot .primary").tap();
  await phone.page.locator(".rf .rf-page").waitFor();
  const filler = new Filler(phone.page, language);
  await check("interview-consent");
  await filler.answer("consent", "one", "1");
  await phone.page.locator("dialog .code").waitFor();
  await check("slip");
  await worker.button("slip.later").tap();
  await worker.inForm();
  await filler.next.tap();
  await phone.page.locator(".rf-page-faults").waitFor();
  await check("interview-missing", true);
  const { plan } = { plan: interviewPlan(new Rng(5), "x") };
  await filler.answerPage(plan, "");
  await phone.page.locator(".bar").getByRole("button", { name: worker.say("talk.menu") }).tap();
  await check("interview-menu");
  await close();
  await phone.page.locator(".rf-top button[aria-haspopup=dialog]").tap();
  await check("interview-overview");
  await close();
  for (let page = 2; page <= 7; page++) {
    await filler.turn();
    await check(`interview-page-${page}`, true);
    await filler.answerPage({ answers: { ...plan.answers, want_visit: "1" } }, "");
  }
  await filler.turn();
  await check("interview-end");
  await filler.next.tap();
  await phone.page.locator("dialog .code").waitFor();
  await check("slip-last");
  await worker.button("slip.given").tap();
  await worker.button("talk.followNo").waitFor();
  await check("wants-a-reply");
  await worker.button("talk.followYes").tap();
  await worker.inForm();
  await check("follow-up", true);
  await worker.closeForm();

  // The respondent holds the phone.
  await worker.openDoor(labelOf(3));
  await worker.begin();
  await worker.inForm();
  const alone = new Filler(phone.page, language);
  await alone.answer("consent", "one", "1");
  await alone.answer("adult", "one", "1");
  await alone.answer("mode", "one", "2");
  await worker.button("self.offer").tap();
  await check("self-offer");
  await worker.button("self.begin").tap();
  await check("self-page");
  await alone.turn();
  await check("self-page-2");
  await worker.button("self.stop").tap();
  await check("self-back");
  await worker.button("self.unlock").tap();
  await worker.at("unlock");
  await check("unlock");
  await worker.button("open.forgot").tap();
  await check("forgot");
  await close();
  expect(await worker.unlock()).toBe("form");
  await worker.inForm();
  await check("self-locked");
  await worker.closeForm();

  const title = language === "zh" ? "村情研判表" : /Village|村情/;
  await phone.page.locator(".task", { hasText: title }).first().tap();
  if (language === "en") {
    await worker.button("today.againNew").waitFor(); // the other worker filled one in for this village
    await check("sheet-again");
    await worker.button("today.againNew").tap();
  }
  await worker.inForm();
  const sheet = new Filler(phone.page, language);
  await check("sheet", true);
  await sheet.answer("wave", "one", "1");
  await sheet.answer("method", "many", "1 2");
  await sheet.turn();
  await check("sheet-numbers", true);
  await sheet.turn();
  if ((await phone.page.locator(".rf-page-faults").count()) > 0) await sheet.turn();
  await check("sheet-rows");
  await worker.closeForm();
  await worker.tab("todo");
  await check("todo-drafts");
  await worker.tab("send");
  await worker.button("send.details").tap();
  await check("send-offline", true);
  await phone.signal(true);
  await worker.sendAll();
  await check("send-done", true);
  await worker.tab("today");
  await check("today-later", true);

  await worker.tab("settings");
  await phone.page.getByText(worker.say("own.largest"), { exact: true }).tap();
  await check("settings-largest", true);
  await worker.tab("today");
  await check("today-largest");
  await worker.openDoor(labelOf(4));
  await check("door-largest", true);
  await worker.begin();
  await worker.inForm();
  await check("interview-largest");
  await worker.closeForm();
  await worker.tab("settings");
  await worker.button("own.lock").tap();
  await worker.at("unlock");
  await check("unlock-largest");

  console.log(`${language}: ${n} screens looked at`);
  expect(phone.complaints).toEqual([]);
  expect(phone.strangers).toEqual([]);
  expect(summary(found)).toEqual([]);
  await phone.discard();
});

test("the app can be put on the home screen, and says so in WeChat", async () => {
  site.link.on();
  const phone = await Phone.make(site.link);
  await phone.start();
  await new Worker(phone).at("enrol");
  const { page } = phone;
  const manifest = (await (await fetch(`${site.base}/manifest.webmanifest`)).json()) as { name: string; display: string; start_url: string; icons: { src: string; sizes: string; purpose?: string }[] };
  expect(manifest).toMatchObject({ display: "standalone", start_url: "/" });
  expect(manifest.icons.map((i) => i.sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  for (const i of manifest.icons) expect((await fetch(site.base + i.src)).status, i.src).toBe(200);
  const cdp = await phone.cdp();
  const { errors } = (await cdp.send("Page.getAppManifest")) as { errors: unknown[] };
  expect(errors).toEqual([]);
  await new Worker(phone).ready();
  const installable = (await cdp.send("Page.getInstallabilityErrors" as never)) as unknown as { installabilityErrors: { errorId: string }[] };
  expect(installable.installabilityErrors.map((e) => e.errorId).filter((e) => e !== "in-incognito")).toEqual([]);
  await page.addInitScript(() => Object.defineProperty(navigator, "userAgent", { get: () => "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0" }));
  await page.reload();
  await page.getByText("微信").first().waitFor();
  await phone.shot("zh-wechat");
  expect([...(await axe(page, "wechat")), ...(await small(page, "wechat"))]).toEqual([]);
  await phone.discard();
});
