// Every control, once by touch and once by keyboard; what was answered is in the change sets that came to the server.

import { afterAll, beforeAll, expect, test } from "vitest";
import { axe, small, summary, wide } from "./harness/axe.ts";
import { fileOf } from "./harness/compare.ts";
import { controlsForm, placesCSV } from "./harness/controls.ts";
import { Filler, look, type Sight } from "./harness/form.ts";
import { gridOf } from "./harness/frame.ts";
import { tabTo } from "./harness/hands.ts";
import { type Control, controlsWith, file } from "./harness/operate.ts";
import { Darkroom } from "./harness/photos.ts";
import { Phone } from "./harness/phone.ts";
import { Site } from "./harness/site.ts";
import { Worker } from "./harness/worker.ts";
import { xform } from "./harness/xform.ts";

let site: Site;
let phone: Phone;
let worker: Worker;
let room: Darkroom;
let controls: readonly Control[];
const found: string[] = [];
let screens = 0;

beforeAll(async () => {
  room = await Darkroom.open();
  controls = controlsWith(await room.take(7));
  site = await Site.start({ villages: 1, doors: 1, forms: [{ id: "controls", kind: "other", xml: xform(controlsForm), files: { "places.csv": placesCSV } }] });
  phone = await Phone.make(site.link);
  const e = await site.enrol({ name: "王一" });
  await site.assign([[gridOf(0), e.worker, "controls"]]);
  worker = new Worker(phone);
  await worker.enrol(e);
});

afterAll(async () => {
  await phone?.discard();
  await site?.close();
  await room?.close();
});

async function openForm(): Promise<{ record: string; filler: Filler }> {
  const record = await worker.startForm("所有题型", gridOf(0));
  return { record, filler: new Filler(worker.page) };
}

/** Operates each control of a page once; answers make others appear. */
async function operate(s: Sight, which: "touched" | "keyed", filler: Filler, how: (c: Control) => Promise<void>): Promise<void> {
  const first = s.questions[0]?.path;
  const done = new Set<string>();
  for (;;) {
    const now = await look(filler.page);
    if (now.questions[0]?.path !== first) return; // a quick answer turned the page
    const c = now.questions.map((q) => controls.find((x) => x.path === q.path)).find((x) => x !== undefined && x[which] !== "" && !done.has(x.path));
    if (!c) return;
    done.add(c.path);
    await how(c);
    if (c.path === "p_quick/quick") return filler.settle(s);
  }
}

async function sent(record: string): Promise<Map<string, string>> {
  await worker.tab("send");
  await worker.sendOnce();
  await worker.nothingLeft.waitFor();
  const values = new Map<string, string>();
  for (const e of await site.office("reviewer").history(record)) if (e.row === undefined && e.value !== null) values.set(e.path, e.value);
  await worker.tab("today");
  return values;
}

async function checkScreen(name: string): Promise<void> {
  screens++;
  found.push(...(await axe(worker.page, name)), ...(await small(worker.page, name)), ...(await wide(worker.page, name)));
}

function expectValues(values: Map<string, string>, which: "touched" | "keyed"): void {
  for (const c of controls) {
    const want = c[which];
    const got = values.get(c.path) ?? "";
    if (typeof want === "string") expect(got, c.path).toBe(want);
    else expect(got, c.path).toMatch(want);
  }
}

test("every control by touch", async () => {
  const { record, filler } = await openForm();
  const cdp = await phone.cdp();
  for (let s = await look(worker.page); !s.end && s.repeats.length === 0; s = await look(worker.page)) {
    const name = s.questions[0]?.path.split("/")[0] ?? "";
    await checkScreen(`controls ${name}`);
    await phone.shot(`controls-${name}-empty`, true);
    await operate(s, "touched", filler, (c) => c.touch(filler.question(c.path), worker.page, filler, cdp));
    if (name !== "p_quick") {
      await checkScreen(`controls ${name} answered`);
      await phone.shot(`controls-${name}`, true);
      await filler.turn();
    }
  }
  await filler.fillARow({ answers: {}, rows: { people: [{ answers: { name: "老张", age: "71" } }] } }, new Set());
  await checkScreen("controls rows");
  await phone.shot("controls-rows", true);
  await filler.turn();
  await checkScreen("controls end");
  await worker.submit(filler);
  const values = await sent(record);
  expectValues(values, "touched");
  const office = site.office("reviewer");
  const r = await office.record(record);
  expect(r.rows["people"]?.length).toBe(1);
  expect([...values].filter(([p]) => p.startsWith("people[")).map(([p, v]) => [p.replace(/\[.*\]/, ""), v])).toEqual(expect.arrayContaining([["people/name", "老张"], ["people/age", "71"]]));
  for (const [path, name] of values) if (file.test(name)) expect((await fileOf(office, name)).length, path).toBeGreaterThan(0);
});

test("every control by keyboard", async () => {
  const { record, filler } = await openForm();
  const { page } = worker;
  for (let s = await look(page); !s.end && s.repeats.length === 0; s = await look(page)) {
    await operate(s, "keyed", filler, (c) => c.keys(filler.question(c.path), page, filler));
    await phone.shot(`controls-keys-${s.questions[0]?.path.split("/")[0]}`, true);
    if ((await look(page)).questions[0]?.path === s.questions[0]?.path) {
      await tabTo(page, filler.next);
      await page.keyboard.press("Enter");
      await filler.settle(s);
    }
  }
  const list = await look(page);
  await tabTo(page, page.locator(".rf-repeat > .rf-button.rf-wide"));
  await page.keyboard.press("Enter");
  await filler.settle(list);
  const row = await look(page);
  await tabTo(page, filler.question(row.questions[0]?.path ?? "").locator("input"));
  await page.keyboard.type("小李");
  await tabTo(page, filler.question(row.questions[1]?.path ?? "").locator("input"));
  await page.keyboard.type("33");
  await tabTo(page, filler.next);
  await page.keyboard.press("Enter");
  await filler.settle(row);
  await tabTo(page, filler.next);
  const before = await look(page);
  await page.keyboard.press("Enter");
  await filler.settle(before);
  await tabTo(page, filler.next);
  await page.keyboard.press("Enter");
  await worker.at("today");
  const values = await sent(record);
  expectValues(values, "keyed");
  expect([...values].filter(([p]) => p.startsWith("people[")).map(([p, v]) => [p.replace(/\[.*\]/, ""), v])).toEqual(expect.arrayContaining([["people/name", "小李"], ["people/age", "33"]]));
});

test("nothing that axe finds, nothing too small to touch, nothing wider than the screen", () => {
  expect(screens, "screens looked at").toBeGreaterThan(20);
  expect(summary(found)).toEqual([]);
  expect(phone.complaints).toEqual([]);
});
