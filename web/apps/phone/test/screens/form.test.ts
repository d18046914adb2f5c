// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { PhoneFault } from "../../src/app/fault.ts";
import { going } from "../../src/shell/going.ts";
import { resume } from "../../src/shell/resume.ts";
import type { FakeInterview } from "./fake.ts";
import { FakePhone, task } from "./fake.ts";
import { interview, show, type Stage } from "./stage.ts";

let phone: FakePhone;
let open: FakeInterview;
beforeEach(() => {
  phone = new FakePhone();
  open = interview();
  phone.open = () => open;
});

async function begin(opening: typeof going.opening = { household: task(1).household, form: "hh_sentiment" }): Promise<Stage> {
  const s = await show(phone, "#/today");
  going.opening = opening;
  await s.router.push({ name: "form" });
  await vi.waitFor(() => expect(document.querySelector(".rf")).not.toBeNull(), { timeout: 15_000 });
  await s.settle();
  return s;
}

async function answer(s: Stage, path: string, words: string): Promise<void> {
  const labels = [...document.querySelectorAll(`[data-path="${path}"] label, [data-path="${path}"] button`)];
  const at = labels.find((l) => l.textContent?.trim() === words);
  expect(at, `${words} at ${path}`).toBeDefined();
  (at as HTMLElement).click();
  await s.settle();
}

test("consent draws the code for the slip; an interview asked for by name comes back after a kill", async () => {
  const s = await begin();
  expect(resume.of("s1")).toBe(open.record);
  expect(resume.of("s2")).toBe("");
  expect(window.location.hash).toBe(`#/form/${open.record}`);
  expect(window.location.href).not.toContain(task(1).household);
  await answer(s, "consent", "是");
  expect(open.did).toContain("slip");
  expect(s.text()).toContain("7K2M-9QXD-4TRW-C");
  expect(document.querySelector("svg.qr")).not.toBeNull();
  await s.axe();
  await s.press("等一下再给");
  await s.press("撤回码");
  await s.press("回执已留下");
  expect(open.did).toContain("given");
});

test("a draft that is opened again shows no code by itself, but has it at hand", async () => {
  open.values = { consent: "1", case_id: "7K2M-1", village_code: "990101001201" };
  const s = await begin({ record: open.record });
  expect(document.querySelector("dialog")).toBeNull();
  await s.press("撤回码");
  expect(s.text()).toContain("7K2M-9QXD-4TRW-C");
});

test("who does not agree leaves only a refusal", async () => {
  const s = await begin();
  await answer(s, "consent", "否");
  await s.press("到结尾");
  await s.press("完成");
  expect(open.did).toContain("erase");
  expect(open.did).not.toContain("submit");
  expect(phone.visits).toEqual([{ household: open.household, disposition: "2.112" }]);
  expect(s.router.currentRoute.value.name).toBe("today");
  expect(resume.of("s1")).toBe("");
});

test("leaving stores the draft; a full phone keeps the form on the screen", async () => {
  const s = await begin();
  await answer(s, "consent", "是");
  await s.press("等一下再给");
  open.refuse = new PhoneFault("storage-full", "leave");
  open.saved = "full";
  open.tell();
  await s.settle();
  expect(s.text()).toContain("您写的内容还在屏幕上");
  await s.press("关闭");
  expect(s.router.currentRoute.value.name).toBe("form");
  open.refuse = undefined;
  open.saved = "here";
  open.tell();
  await s.press("关闭");
  expect(open.did.at(-1)).toBe("leave");
  expect(open.last?.values["consent"]).toBe("1");
  expect(s.router.currentRoute.value.name).toBe("today");
});

test("a hidden app cuts what is not yet in the log", async () => {
  await begin();
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
  expect(open.did).toContain("hidden");
});

test("a form open in another window is taken over on request", async () => {
  phone.open = undefined;
  phone.refuse = new PhoneFault("open-elsewhere", "open");
  const s = await show(phone, "#/today");
  going.opening = { record: "r1" };
  await s.router.push({ name: "form" });
  await s.settle();
  expect(s.text()).toContain("正在另一个窗口里填");
  await s.axe();
  phone.open = () => open;
  await s.press("在这里接着填");
  expect(phone.asked.at(-1)).toContain("take-over");
});

test("remarks and different answers stand at their questions", async () => {
  open.values = { case_id: "7K2M-1", village_code: "990101001201", consent: "1", adult: "1", mode: "1", better: "1" };
  open.status = "returned";
  open.erasable = false;
  open.comments = [{ path: "", text: "整体再看一遍" }, { path: "meet12", text: "次数太多" }];
  open.conflicts = [{ path: "better", kind: "value", answers: [{ value: "1", mine: true }, { value: "3", mine: false }] }];
  const s = await begin({ record: open.record });
  expect(s.text()).toContain("整体再看一遍");
  expect(s.text()).toContain("街道办有 1 条意见");
  expect(s.text()).toContain("有 1 处答案不同");
  const show = [...document.querySelectorAll<HTMLElement>("button")].filter((b) => b.textContent === "去看");
  show[0]!.click();
  await s.settle();
  expect(document.querySelector('[data-path="meet12"]')?.textContent).toContain("次数太多");
  show[1]!.click();
  await s.settle();
  const rivals = document.querySelector('[data-path="better"]')!;
  expect(rivals.textContent).toContain("变差");
  [...rivals.querySelectorAll<HTMLElement>("button")].find((b) => b.textContent?.includes("选这个"))!.click();
  await s.settle();
  expect(open.last?.confirmed).toEqual(["better"]);
  expect(s.text()).not.toContain("有 1 处答案不同");
});

test("what was submitted is looked at before it is changed", async () => {
  open.values = { case_id: "7K2M-1", village_code: "990101001201", consent: "1", adult: "1" };
  open.status = "submitted";
  const s = await begin({ record: open.record });
  expect(document.querySelectorAll('[data-path="consent"] input:not(:disabled)').length).toBe(0);
  await s.press("修改");
  expect(document.querySelectorAll('[data-path="consent"] input:not(:disabled)').length).toBeGreaterThan(0);
});

test("the respondent answers alone: no way out but back to the interviewer's PIN, and no way back to the answers", async () => {
  open.values = { case_id: "7K2M-1", village_code: "990101001201", consent: "1", adult: "1", mode: "2" };
  open.erasable = false;
  const s = await begin({ record: open.record });
  await s.press("交给受访者本人填");
  await s.axe();
  await s.press("开始");
  expect(document.querySelector(".rf-self")).not.toBeNull();
  expect([...document.querySelectorAll(".bar button")].map((b) => b.textContent)).toEqual(["交还手机"]);
  await s.router.push({ name: "today" });
  await s.settle();
  expect(phone.door).toBe("locked");
  expect(s.router.currentRoute.value.name).toBe("unlock");
  expect(JSON.parse(open.last!.place!.page)[2]).toBe(1);
});

test("what was submitted just before a kill is not opened again by itself", async () => {
  open.status = "submitted";
  resume.note("s1", open.record);
  phone.door = "locked";
  const s = await show(phone, "#/unlock");
  resume.note("s1", open.record);
  await s.router.push({ name: "today" });
  for (const d of "481526") await s.press(d);
  await vi.waitFor(() => expect(s.router.currentRoute.value.name).toBe("today"), { timeout: 15_000 });
  expect(phone.asked).toContain(`open {"record":"${open.record}"}`);
  expect(open.did).toContain("close");
});
