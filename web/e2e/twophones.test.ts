// One record on two phones: both see where they differ, and both get what the office decides. A returned interview comes back with
// its comment at its question.

import { afterAll, beforeAll, expect, test } from "vitest";
import { axe } from "./harness/axe.ts";
import { twice } from "./harness/compare.ts";
import { Filler } from "./harness/form.ts";
import { labelOf } from "./harness/frame.ts";
import { Site } from "./harness/site.ts";
import { interview, type Shift, shift } from "./harness/start.ts";

let site: Site;
let first: Shift;
let second: Shift;

beforeAll(async () => {
  site = await Site.start({ villages: 1, doors: 3 });
  first = await shift(site, "王一");
  second = await shift(site, "李二");
});

afterAll(async () => {
  await first?.phone.discard();
  await second?.phone.discard();
  await site?.close();
});

/** An interview at a door, sent. */
async function sent(who: Shift, label: string, set: Record<string, string>): Promise<string> {
  const { record } = await interview(who, label, set);
  await who.worker.sendAll();
  return record;
}

/** Opens a record from the list of what waits, or from its door, and answers one question anew. */
async function change(who: Shift, label: string, path: string, value: string): Promise<void> {
  const { worker } = who;
  await worker.tab("today");
  await worker.openDoor(label);
  await worker.begin();
  const edit = worker.page.locator(".note").getByRole("button", { name: worker.say("action.edit") });
  if ((await edit.count()) > 0) await edit.tap();
  const filler = new Filler(worker.page);
  await filler.seek(path);
  await filler.answer(path, "one", value);
  await worker.saved();
  await worker.closeForm();
}

test("different answers: both see the conflict, and the office's decision", async () => {
  const label = labelOf(0);
  const record = await sent(first, label, { s_road: "3" });
  const office = site.office("reviewer");
  await office.change(record, { "@assignee": second.enrolment.worker }, "the worker is ill");
  await second.worker.sendAll();
  await first.worker.sendAll();

  await first.phone.signal(false);
  await second.phone.signal(false);
  await change(first, label, "s_road", "1");
  await change(second, label, "s_road", "5");
  await first.phone.signal(true);
  await second.phone.signal(true);
  await first.worker.sendAll();
  await second.worker.sendAll();
  await first.worker.sendAll();
  expect((await office.record(record)).conflicts).toEqual(["s_road"]);

  for (const { worker, phone } of [first, second]) {
    await worker.tab("todo");
    await worker.page.getByText(worker.say("todo.clash")).waitFor();
    await phone.shot(`conflict-list-${phone === first.phone ? 1 : 2}`);
    expect(await axe(worker.page, "todo with a conflict")).toEqual([]);
    await worker.button("todo.choose").tap();
    await worker.inForm();
    const filler = new Filler(worker.page);
    await filler.seek("s_road");
    const q = filler.question("s_road");
    await q.scrollIntoViewIfNeeded();
    const words = await q.innerText();
    expect(words, "both answers stand at the question").toContain("很满意");
    expect(words).toContain("很不满意");
    expect(words).toContain(filler.say("conflict.title"));
    await phone.shot(`conflict-${phone === first.phone ? 1 : 2}`);
    expect(await axe(worker.page, "a conflict")).toEqual([]);
    await worker.closeForm();
  }

  await office.change(record, { s_road: "5" }, "asked again by telephone");
  for (const { worker } of [first, second]) {
    await worker.sendAll();
    await worker.tab("todo");
    await worker.page.getByText(worker.say("todo.none")).waitFor();
    await worker.tab("today");
    await worker.openDoor(label);
    await worker.begin();
    const filler = new Filler(worker.page);
    await filler.seek("s_road");
    expect(await filler.question("s_road").innerText()).toContain("很不满意");
    expect(await worker.page.locator(".rf-disputed").count()).toBe(0);
    await worker.closeForm();
  }
  const settled = await office.record(record);
  expect(settled.conflicts).toEqual([]);
  expect(settled.answers["s_road"]).toBe("5");
});

test("the worker settles a conflict", async () => {
  const label = labelOf(1);
  const record = await sent(first, label, { s_water: "3" });
  const office = site.office("reviewer");
  await office.change(record, { "@assignee": second.enrolment.worker }, "the worker is ill");
  await second.worker.sendAll();
  await first.phone.signal(false);
  await change(first, label, "s_water", "1");
  await first.phone.signal(true);
  await change(second, label, "s_water", "5");
  await second.worker.sendAll();
  await first.worker.sendAll();
  await first.worker.tab("todo");
  await first.worker.button("todo.choose").tap();
  await first.worker.inForm();
  const filler = new Filler(first.worker.page);
  await filler.seek("s_water");
  await filler.question("s_water").getByRole("button", { name: filler.say("conflict.choose") }).first().tap();
  await first.worker.saved();
  await first.worker.closeForm();
  await first.worker.sendAll();
  await second.worker.sendAll();
  const r = await office.record(record);
  expect(r.conflicts).toEqual([]);
  expect(["1", "5"]).toContain(r.answers["s_water"]);
  await second.worker.tab("todo");
  await second.worker.page.getByText(second.worker.say("todo.none")).waitFor();
});

test("a returned interview: the comment stands at its question, and the office sees the correction", async () => {
  const label = labelOf(2);
  const record = await sent(first, label, { meet12: "60" });
  const office = site.office("reviewer");
  await office.review(record, "return", "请核对次数", { meet12: "六十次太多，请再问一次" });
  const { worker, phone } = first;
  await worker.sendAll();
  await worker.tab("todo");
  await worker.page.getByText(worker.say("todo.returned"), { exact: true }).waitFor();
  expect(await worker.page.locator("main").innerText()).toContain("六十次太多，请再问一次");
  await phone.shot("returned-list");
  await worker.button("todo.open").tap();
  await worker.inForm();
  const filler = new Filler(worker.page);
  await filler.seek("meet12");
  const q = filler.question("meet12");
  await q.scrollIntoViewIfNeeded();
  expect(await q.locator(".rf-comments").innerText()).toContain("六十次太多，请再问一次");
  await phone.shot("returned-question");
  expect(await axe(worker.page, "a returned interview")).toEqual([]);
  await filler.answer("meet12", "integer", "6");
  await filler.toEnd();
  await worker.submit(filler);
  await worker.sendAll();
  const r = await office.record(record);
  expect(r.answers["meet12"]).toBe("6");
  expect(r.status).toBe("submitted");
  const history = await office.history(record);
  expect(history.filter((e) => e.path === "meet12").map((e) => e.value)).toEqual(["60", "6"]);
  expect(twice(history)).toEqual([]);
  await worker.tab("todo");
  await worker.page.getByText(worker.say("todo.none")).waitFor();
  expect([...first.phone.complaints, ...second.phone.complaints]).toEqual([]);
});
