// A phone in wrong hands: nothing of what was typed or received can be read, ten wrong PINs end it, and the work is not lost.

import { afterAll, beforeAll, expect, test } from "vitest";
import { databases, files, readable } from "./harness/dump.ts";
import { Filler, look } from "./harness/form.ts";
import { gridOf, labelOf } from "./harness/frame.ts";
import { Phone } from "./harness/phone.ts";
import { Rng } from "./harness/rng.ts";
import { Site } from "./harness/site.ts";
import { type Shift, shift } from "./harness/start.ts";
import { Worker } from "./harness/worker.ts";
import { xform } from "./harness/xform.ts";

const rng = new Rng(77);
const letters = "abcdefghijkmnpqrstuvwxyz23456789";
const word = (): string => `Zq${Array.from({ length: 12 }, () => letters[rng.int(0, letters.length - 1)]).join("")}街`;
const planted = Array.from({ length: 50 }, word);
const questions = Array.from({ length: 17 }, (_, i) => ({ name: `w${i}`, zh: `问${i}`, en: `Q${i}`, control: "input" as const, type: "string" }));
const plantedForm = xform({ id: "planted", version: "1", zh: "埋字", items: [{ name: "p", zh: "一页", en: "A page", control: "group", appearance: "field-list", items: questions }] });

let site: Site;
let one: Shift;

beforeAll(async () => {
  site = await Site.start({ villages: 1, doors: 4, forms: [{ id: "planted", kind: "other", xml: plantedForm }] });
  one = await shift(site, "欧阳秘密", { forms: ["hh_sentiment", "visit_log"] });
});

afterAll(async () => {
  for (const p of [...Phone.all]) await p.discard();
  await site?.close();
});

/** Fills in the form with words; to = what becomes of it. */
async function plant(words: readonly string[], to: "draft" | "submitted"): Promise<string> {
  const { worker } = one;
  await worker.tab("today");
  const record = await worker.startForm("埋字", gridOf(0));
  const filler = new Filler(worker.page);
  await filler.answerPage({ answers: Object.fromEntries(words.map((w, i) => [`p/w${i}`, w])) }, "");
  await worker.saved();
  if (to === "draft") {
    await worker.phone.page.evaluate(() => undefined);
    return record;
  }
  await filler.toEnd();
  await worker.submit(filler);
  return record;
}

let records: { sent: string; waiting: string; draft: string };

test("nothing that was typed or received is readable, on disk or in the databases", async () => {
  const { worker, phone } = one;
  const sent = await plant(planted.slice(0, 17), "submitted");
  await worker.sendAll();
  await phone.signal(false);
  const waiting = await plant(planted.slice(17, 34), "submitted");
  const draft = await plant(planted.slice(34, 50), "draft");
  records = { sent, waiting, draft };
  const secrets = [...planted, labelOf(1), "演示区晨光街道", "欧阳秘密", gridOf(0)];

  const page = phone.page;
  expect(readable(await databases(page), secrets), "in what scripts can read").toEqual([]);

  // The same search finds every word in a store that is not sealed.
  await page.evaluate(async (words) => {
    const db = await new Promise<IDBDatabase>((done) => {
      const r = indexedDB.open("unsealed", 1);
      r.onupgradeneeded = () => r.result.createObjectStore("s");
      r.onsuccess = () => done(r.result);
    });
    const packed = await new Response(new Blob([words.slice(30).join(" ")]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    await new Promise<void>((done) => {
      const tx = db.transaction("s", "readwrite", { durability: "strict" });
      words.slice(0, 30).forEach((w, i) => tx.objectStore("s").put(i % 2 ? { a: [w] } : new TextEncoder().encode(w), i));
      tx.objectStore("s").put(packed, "packed");
      tx.oncomplete = () => done();
    });
    db.close();
  }, planted);
  expect(readable(await databases(page), planted)).toEqual(planted);
  phone.kill();
  await phone.gone();
  expect(readable(files(phone.profile), planted.slice(0, 30)), "the control on disk").toEqual(planted.slice(0, 30));
  await phone.start();
  await worker.at("unlock");
  await phone.page.evaluate(() => new Promise((done) => (indexedDB.deleteDatabase("unsealed").onsuccess = done)));
  expect(readable(await databases(phone.page), secrets), "while it is locked").toEqual([]);
});

test("what lies in the profile's files of a phone that never saw the control", async () => {
  // A phone of its own: the deleted control would be found in the files of the other for some time.
  site.link.on();
  const two = await shift(site, "司徒秘密", { forms: ["hh_sentiment"] });
  const words = Array.from({ length: 17 }, word);
  await two.worker.startForm("埋字", gridOf(0));
  const filler = new Filler(two.worker.page);
  await filler.answerPage({ answers: Object.fromEntries(words.map((w, i) => [`p/w${i}`, w])) }, "");
  await two.worker.saved();
  await filler.toEnd();
  await two.worker.submit(filler);
  await two.worker.sendAll();
  await two.phone.stop();
  const dump = files(two.phone.profile);
  expect(dump.length).toBeGreaterThan(20);
  expect(readable(dump, ["indexeddb"]).length, "the search reads these files").toBe(1);
  expect(readable(dump, [...words, "司徒秘密", labelOf(1), "演示区晨光街道"])).toEqual([]);
  await two.phone.discard();
});

test("ten wrong PINs end it; the right one does not open it any more; unsent work goes out by another phone", async () => {
  const { worker, phone } = one;
  const { page } = phone;
  const left: string[] = [];
  for (let n = 1; n <= 10; n++) {
    const wrong = String(300_000 + n * 7);
    await worker.press(wrong);
    await page.waitForFunction((n) => document.querySelector(".fault")?.textContent?.includes(String(10 - n)) || document.body.innerText.includes("锁死"), n, { timeout: 120_000 });
    left.push((await page.locator("main").innerText()).split("\n").find((l) => /次|锁死/.test(l)) ?? "");
    if (n === 9) await phone.shot("pin-nine-wrong");
  }
  console.log("after each wrong PIN the worker reads:", left.join(" | "));
  await page.getByText(worker.say("open.destroyed"), { exact: true }).waitFor();
  await phone.shot("pin-destroyed");
  expect(await page.locator(".key").count(), "there is no way to try an eleventh").toBe(0);
  expect(readable(await databases(page), planted)).toEqual([]);

  // What was not sent is sealed for the server: exported without a PIN, carried by another phone.
  const download = page.waitForEvent("download");
  await worker.button("open.exportPack").tap();
  const pack = await (await download).path();
  await phone.signal(true);
  const other = await shift(site, "赵三", { forms: ["hh_sentiment"] });
  await other.worker.tab("send");
  const chooser = other.phone.page.waitForEvent("filechooser");
  await other.worker.button("send.carryDo").tap();
  await (await chooser).setFiles(pack);
  const office = site.office("reviewer");
  const said = other.phone.page.locator('main p[role="status"]').filter({ hasText: other.worker.say("send.carried").slice(0, 3) });
  await said.waitFor();
  console.log("whoever carries it reads:", await said.innerText());
  await other.phone.shot("pack-carried");
  const held = await office.record(records.waiting);
  expect(planted.slice(17, 34)).toEqual(Array.from({ length: 17 }, (_, i) => held.answers[`p/w${i}`]));
  expect((await office.record(records.sent)).answers["p/w0"]).toBe(planted[0]);

  // The worker enrols anew on the same phone.
  const again = await site.enrol({ worker: one.enrolment.worker });
  const fresh = new Worker(phone, "918273");
  await fresh.enrol(again);
  await fresh.task(labelOf(0)).waitFor();
  await other.phone.discard();

  // The draft came back with the worker's records: it is gone on with and sent.
  await fresh.tab("todo");
  await phone.page.getByRole("button", { name: /埋字/ }).tap();
  expect(await fresh.inForm()).toBe(records.draft);
  const filler = new Filler(phone.page);
  await filler.seek("p/w0");
  expect((await look(phone.page)).questions.map((q) => q.value).slice(0, 16)).toEqual(planted.slice(34, 50));
  await filler.toEnd();
  await fresh.submit(filler);
  await fresh.sendAll();
  const whole = await office.record(records.draft);
  expect(planted.slice(34, 50)).toEqual(Array.from({ length: 16 }, (_, i) => whole.answers[`p/w${i}`]));
});

test("what is locked shows nothing, and another worker sees nothing of the first", async () => {
  const { phone } = one;
  const b = await site.enrol({ name: "钱四" });
  const second = new Worker(phone, "771234");
  await second.tab("settings");
  await second.button("own.lock").tap();
  await second.at("unlock");
  const locked = await phone.page.locator("body").innerText();
  expect(locked).not.toContain("欧阳");
  expect(locked).not.toContain(labelOf(0));
  await phone.shot("locked-shared");
  await second.enrol(b);
  const shown = await phone.page.locator("main").innerText();
  expect(shown).not.toContain("埋字");
  await second.tab("send");
  await second.button("send.details").tap();
  expect(await phone.page.locator("main").innerText()).toContain(second.say("send.noDetails"));
  expect((await look(phone.page)).questions).toEqual([]);
});
