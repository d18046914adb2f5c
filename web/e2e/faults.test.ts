// What goes wrong in the field, what the phone does then, and what the worker reads. Every case ends with the work on the server.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axe } from "./harness/axe.ts";
import { differences, twice } from "./harness/compare.ts";
import { Filler, look } from "./harness/form.ts";
import { gridOf, labelOf, street } from "./harness/frame.ts";
import { Phone } from "./harness/phone.ts";
import { Site } from "./harness/site.ts";
import { interview, type Shift, shift } from "./harness/start.ts";

let site: Site;

beforeAll(async () => {
  site = await Site.start({ villages: 2, doors: 20 });
});

afterEach(async () => {
  for (const p of [...Phone.all]) {
    expect(p.complaints, "no script failed").toEqual([]);
    await p.discard();
  }
  site.link.on();
});

afterAll(async () => {
  await site?.verify();
  await site?.close();
});

/** What stands on the screen, for the log of the test: somebody should read it. */
async function reads(who: Shift, when: string): Promise<string> {
  const text = (await who.worker.page.locator("main, .talk").first().innerText()).replace(/\n+/g, " / ");
  console.log(`${when}: ${text.slice(0, 400)}`);
  return text;
}

/** Everything of a record is on the server, once. */
async function arrived(record: string, plan: Parameters<typeof differences>[1]): Promise<void> {
  const office = site.office("reviewer");
  expect(differences(await office.record(record), plan).wrong).toEqual([]);
  expect(twice(await office.history(record))).toEqual([]);
  expect((await office.records({ form: "hh_sentiment" })).filter((r) => r.id === record).length).toBe(1);
}

/** An open interview with consent given. */
async function begun(who: Shift, label: string): Promise<string> {
  await who.worker.openDoor(label);
  await who.worker.begin();
  const record = await who.worker.inForm();
  const f = new Filler(who.worker.page);
  await f.answer("consent", "one", "1");
  await f.answer("adult", "one", "1");
  await who.worker.saved();
  return record;
}

test("the phone is full", async () => {
  const who = await shift(site, "满一");
  const { worker, phone } = who;
  await worker.ready();
  const record = await begun(who, labelOf(0));
  // The browser looks at the quota now and then only, and at the disk's blocks: the phone is switched on with little room, and fills.
  const used = await worker.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await phone.stop();
  await phone.start("", used + 300_000);
  await worker.at("unlock");
  expect(await worker.unlock()).toBe("form");
  expect(await worker.inForm()).toBe(record);
  const f = new Filler(worker.page);
  let typed = "";
  for (let n = 0; (await worker.page.locator('[data-saved="full"]').count()) === 0; n++) {
    expect(n, "the phone fills").toBeLessThan(300);
    typed = n % 2 === 0 ? "1" : "2";
    await f.answer("mode", "one", typed);
    await worker.page.locator('[data-saved="full"], [data-saved="here"]').waitFor();
  }
  expect(await reads(who, "the phone is full")).toContain(worker.say("talk.fullNext"));
  await phone.shot("storage-full");
  expect(await axe(worker.page, "storage full")).toEqual([]);
  expect((await look(worker.page)).questions.find((q) => q.path === "mode")?.value, "what was typed is still on the screen").toBe(typed);
  await (await phone.cdp()).send("Storage.overrideQuotaForOrigin", { origin: site.link.origin });
  await worker.button("talk.retry").tap();
  await worker.saved();
  phone.kill();
  await phone.gone();
  expect(await worker.wake()).toBe("form");
  expect(await worker.inForm()).toBe(record);
  expect((await look(worker.page)).questions.find((q) => q.path === "mode")?.value).toBe(typed);
});

test("two tabs", async () => {
  const who = await shift(site, "双二");
  const { worker, phone } = who;
  const record = await begun(who, labelOf(1));
  const one = worker.page;
  const two = await phone.tab();
  await phone.turnTo(two);
  if ((await worker.at(["unlock", "today", "form"])) === "unlock") await worker.unlock();
  await worker.page.getByText(worker.say("talk.elsewhere")).waitFor();
  await reads(who, "the second tab");
  await phone.shot("two-tabs-second");
  expect(await axe(worker.page, "open elsewhere")).toEqual([]);
  await worker.button("talk.takeOver").tap();
  expect(await worker.inForm()).toBe(record);
  expect((await look(two)).questions.find((q) => q.path === "adult")?.value, "with what was typed in the first").toBe("1");
  await phone.turnTo(one);
  await one.getByText(worker.say("talk.lost")).waitFor();
  await reads(who, "the first tab, after the second took over");
  await phone.shot("two-tabs-first");
  await phone.turnTo(two);
  await new Filler(two).answer("mode", "one", "1");
  await worker.saved();
});

test("a new version of the app in mid-interview", async () => {
  const who = await shift(site, "新三");
  const { worker, phone } = who;
  await worker.ready();
  const record = await begun(who, labelOf(2));
  const { page } = worker;
  const old = await (await fetch(`${site.base}/sw.js`)).text();
  site.link.instead.set("/sw.js", `${old}\nself.addEventListener("message", (e) => e.data === "which" && e.ports[0].postMessage("newer"));\n`);
  await page.evaluate(() => ((window as { mark?: string }).mark = "the same page"));
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state === "installed");
  const f = new Filler(page);
  await f.answer("mode", "one", "1");
  await worker.saved();
  expect(await page.evaluate(() => (window as { mark?: string }).mark), "the open form is not disturbed").toBe("the same page");
  expect(await page.getByText(worker.say("update.ready")).count(), "nor asked about").toBe(0);
  await worker.closeForm();
  await page.getByText(worker.say("update.ready")).waitFor();
  await phone.shot("update-ready");
  expect(await axe(page, "update ready")).toEqual([]);
  await worker.button("update.now").tap();
  await worker.at("unlock");
  site.link.instead.clear();
  const which = (): Promise<string> =>
    page.evaluate(
      () =>
        new Promise<string>((done) => {
          const c = new MessageChannel();
          c.port1.onmessage = (e) => done(String(e.data));
          navigator.serviceWorker.controller?.postMessage("which", [c.port2]);
        }),
    );
  expect(await which()).toBe("newer");
  await worker.unlock();
  await worker.at("today");
  await worker.openDoor(labelOf(2));
  await worker.begin();
  expect(await worker.inForm()).toBe(record);
  expect((await look(page)).questions.find((q) => q.path === "mode")?.value).toBe("1");
});

test.each([["ten years ahead", 10], ["ten years behind", -10]])("a clock %s", async (name, years) => {
  const who = await shift(site, `钟${years}`, { clockOff: years * 365.25 * 86400_000 });
  const { worker, phone } = who;
  const label = labelOf(years > 0 ? 3 : 4);
  const { record, plan } = await interview(who, label);
  await worker.sendAll();
  expect(await reads(who, name)).toMatch(/手机时间差 \d+ 分钟/);
  await phone.shot(`clock-${years > 0 ? "ahead" : "behind"}`);
  await arrived(record, plan);
  const r = await site.office("reviewer").record(record);
  console.log(`${name}: the office sees date ${(r as { date?: string }).date}, flags ${r.flags.join(" ")}`);
});

test("answers of the server are lost after it has acted", async () => {
  const e = await site.enrol({ name: "失五" });
  await site.assign([[gridOf(0), e.worker, "hh_sentiment"], [gridOf(0), e.worker, "visit_log"]]);
  const phone = await Phone.make(site.link);
  const { Worker } = await import("./harness/worker.ts");
  const worker = new Worker(phone);
  const who = { worker, phone, enrolment: e };
  // The code is used up and the phone does not know.
  site.link.loseAnswers(/^POST \/v1\/devices/, 5); // browsers try again by themselves what was sent over a connection that had been idle
  await phone.start(`#/enrol/${e.code}`);
  await worker.page.getByText(worker.say("start.pinTitle")).waitFor();
  await worker.press(worker.pin);
  await worker.page.getByText(worker.say("start.pinAgain")).waitFor();
  await worker.press(worker.pin);
  const alert = worker.page.locator("[role=alert]", { hasText: /\S/ });
  await Promise.race([alert.waitFor(), worker.at("today")]);
  expect(site.link.toLose).toBeLessThan(5);
  site.link.loseAnswers(/^POST \/v1\/devices/, 0);
  if ((await alert.count()) > 0) {
    await reads(who, "the answer to the enrolment is lost");
    await phone.shot("enrol-reply-lost");
    await worker.enrol(e);
  } else console.log("the answer to the enrolment is lost: the phone got through by itself");
  await worker.at("today");

  const { record, plan } = await interview(who, labelOf(5));
  await phone.signal(true);
  site.link.loseAnswers(/^POST \/v1\/sync\/push/, 2);
  const lost = site.link.count.lost;
  await worker.tab("send");
  await worker.sendOnce();
  await reads(who, "the answer to a push is lost");
  await worker.sendAll();
  expect(site.link.toLose).toBe(0);
  expect(site.link.count.lost - lost).toBe(2);
  await arrived(record, plan);
});

test("the device is revoked with work unsent", async () => {
  const who = await shift(site, "停六");
  const { worker, phone } = who;
  await phone.signal(false);
  const { record, plan } = await interview(who, labelOf(6));
  const admin = site.office("admin");
  const device = (await admin.devices()).find((d) => d.worker === who.enrolment.worker);
  await admin.ask("DELETE", `/v1/devices/${device?.id}`, { reason: "the phone was lost" });
  await phone.signal(true);
  await worker.tab("send");
  await worker.sendOnce();
  expect(await reads(who, "a revoked phone")).toContain(worker.say("sync.revoked"));
  await worker.button("send.details").tap();
  await phone.shot("revoked", true);
  expect(await axe(worker.page, "revoked")).toEqual([]);
  const office = site.office("reviewer");
  const held = (await office.quarantine(street)).filter((q) => q.record === record);
  expect(held.length).toBeGreaterThan(0);
  for (const q of held) await office.ask("POST", `/v1/quarantine/${q.id}`, { act: "release", reason: "asked the worker" });
  await arrived(record, plan);
});

test("the grid is given to somebody else with work unsent", async () => {
  const who = await shift(site, "换七");
  const { worker, phone } = who;
  await phone.signal(false);
  const { record, plan } = await interview(who, labelOf(7));
  await worker.tab("today");
  await worker.openDoor(labelOf(8));
  await worker.begin();
  await worker.inForm();
  const f = new Filler(worker.page);
  await f.answer("consent", "one", "1");
  await worker.saved();
  await worker.closeForm();
  await site.office("admin").ask("POST", `/v1/users/${who.enrolment.worker}/grants`, { add: [gridOf(1)], remove: [gridOf(0)] });
  await phone.signal(true);
  await worker.sendAll();
  await reads(who, "the grid is somebody else's: sending");
  await worker.tab("today");
  await worker.page.locator(".task").first().waitFor({ state: "detached" });
  await reads(who, "the grid is somebody else's: today");
  await phone.shot("grid-reassigned");
  await arrived(record, plan);
});

test("the server comes back from an old backup", async () => {
  const who = await shift(site, "旧八");
  const { worker, phone } = who;
  const before = await interview(who, labelOf(9));
  await worker.sendAll();
  await site.cli(["backup", "--out", `${site.dir}/old.ruhu`]);
  await site.cli(["backup-keys", "--out", `${site.dir}/keys.ruhu`]);
  const after = await interview(who, labelOf(10));
  await worker.sendAll();
  await arrived(after.record, after.plan);
  await site.restart(async () => {
    const { rm } = await import("node:fs/promises");
    await rm(site.data, { recursive: true, force: true });
    await site.cli(["restore", `${site.dir}/old.ruhu`, "--keys", `${site.dir}/keys.ruhu`]);
  });
  const office = site.office("reviewer");
  expect((await office.records({ form: "hh_sentiment" })).some((r) => r.id === after.record), "the backup is older than the interview").toBe(false);
  const last = await interview(who, labelOf(11));
  await worker.sendAll();
  await reads(who, "the server was restored");
  await phone.shot("restored");
  for (const { record, plan } of [before, after, last]) await arrived(record, plan);
});
