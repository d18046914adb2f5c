// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { PhoneFault } from "../../src/app/fault.ts";
import { civilToday } from "../../src/shell/dates.ts";
import { FakePhone, outbox, task } from "./fake.ts";
import { digits, show } from "./stage.ts";

let phone: FakePhone;
beforeEach(() => (phone = new FakePhone()));

test("a link enrols: the code leaves the address, a PIN is chosen twice, the list is there", async () => {
  phone.door = "empty";
  const s = await show(phone, "#/enrol/7K2M9QXD4TRWC0A1");
  expect(window.location.hash).toBe("#/enrol");
  await s.axe();
  await digits(s, "111111");
  expect(s.text()).toContain("太容易猜到");
  await digits(s, "481526");
  await digits(s, "481527");
  expect(s.text()).toContain("两次不一样");
  await digits(s, "481526");
  await digits(s, "481526");
  expect(phone.asked).toEqual(["enrol 7K2M9QXD4TRWC0A1 481526"]);
  expect(s.text()).toContain("欢迎您，网格员甲");
  expect(s.router.currentRoute.value.name).toBe("today");
});

test("an enrolment that fails says why and keeps the code", async () => {
  phone.door = "empty";
  phone.refuse = Object.assign(new Error("x"), { code: "code-used" });
  const s = await show(phone, "#/enrol/7K2M9QXD4TRWC0A1");
  await digits(s, "481526");
  await digits(s, "481526");
  expect(s.app.find<HTMLInputElement>("input[name=code]").element.value).toBe("7K2M9QXD4TRWC0A1");
  await s.axe();
});

test("nobody's name stands on the lock screen; a wrong PIN tells how many tries are left", async () => {
  phone.door = "locked";
  phone.list = [{ id: "a", mark: 1, triesLeft: 3, destroyed: false, lastOpened: 2 }, { id: "b", mark: 2, triesLeft: 0, destroyed: true, lastOpened: 1 }];
  phone.refuse = new PhoneFault("wrong-pin", "unlock", { left: 2 });
  const s = await show(phone, "#/today");
  expect(s.router.currentRoute.value.name).toBe("unlock");
  expect(s.text()).not.toContain("网格员甲");
  await s.axe();
  await digits(s, "481526");
  expect(s.text()).toContain("还可以试 2 次");
  await s.press("2 号");
  expect(s.text()).toContain("已锁死");
  await s.axe();
});

test("today shows each door once, filters and finds; the badge counts what is on this phone only", async () => {
  phone.day = { ...phone.day, tasks: [task(1), task(1, { form: "visit_log", kind: "visit" }), task(2, { state: "done" }), task(3, { state: "appointment", appointment: "2020-01-02" })], total: 3, done: 1, outbox: { ...outbox, unsent: 3, files: 1 } };
  const s = await show(phone, "#/today");
  expect(s.app.findAll(".task").length).toBe(3);
  expect(s.text()).toContain("4 条未发送");
  expect(s.text()).toContain("约定已过");
  await s.axe();
  await s.press("已完成 1");
  expect(s.app.findAll(".task").map((t) => t.find(".name").text())).toEqual(["1组2号"]);
  await s.press("全部 3");
  await s.app.find("input[type=search]").setValue("3号");
  expect(s.app.findAll(".task").length).toBe(1);
  phone.day = { ...phone.day, outbox };
  phone.tell("outbox");
  await s.settle();
  expect(s.text()).toContain("都已发送");
});

test("without tasks today says what to do", async () => {
  phone.day = { ...phone.day, tasks: [], total: 0, forms: [] };
  const s = await show(phone, "#/today");
  expect(s.text()).toContain("还没有派给您的任务");
  await s.axe();
  await s.press("接收");
  expect(phone.asked).toEqual(["sync"]);
});

test("a refusal is two taps", async () => {
  const s = await show(phone, "#/today");
  await s.press("1组1号");
  await s.axe();
  await s.press("拒访");
  await s.press("户拒访");
  expect(phone.visits).toEqual([{ household: task(1).household, disposition: "2.111" }]);
});

test("an appointment has a day after today, a refusal may have a reason", async () => {
  const s = await show(phone, "#/today");
  await s.press("1组1号");
  await s.press("约时间");
  await s.app.find("input[type=date]").setValue(civilToday());
  expect(s.text()).toContain("要选今天以后的日期");
  await s.press("后天");
  await s.press("记下");
  await vi.waitFor(() => expect(s.router.currentRoute.value.name).toBe("today"));
  await s.settle();
  await s.press("1组2号");
  await s.press("拒访");
  await s.press("不信任");
  await s.press("本人拒访");
  expect(phone.visits).toEqual([{ household: task(1).household, disposition: "2.25", appointment: civilToday(2) }, { household: task(2).household, disposition: "2.112", reason: "2" }]);
});

test("no door stands in an address", async () => {
  const s = await show(phone, "#/today");
  await s.press("1组1号");
  expect(window.location.href).not.toContain(task(1).household);
  expect(window.location.hash).toBe("#/door");
});

test("what the office sent back stands with its remarks", async () => {
  const line = { form: "hh_sentiment", version: "1", kind: "sentiment", grid: task(1).grid, household: "", unsent: 0, held: 0, void: 0, draft: false, stub: false } as const;
  phone.sentBack = [{ ...line, record: "r1", case: "7K2M-1", status: "returned", conflicts: 0, comments: [{ path: "meet12", text: "请再问一次" }] }];
  phone.clashes = [{ ...line, record: "r2", case: "X", status: "submitted", conflicts: 1, open: [{ path: "better", kind: "value", answers: [] }] }];
  const s = await show(phone, "#/todo");
  expect(s.text()).toContain("请再问一次");
  expect(s.text()).toContain("1组1号");
  expect(s.app.find(".tabs").text()).toContain("2");
  await s.axe();
});

test("sending says in plain words what went, waits, is held and will not count", async () => {
  phone.day = { ...phone.day, outbox: { ...outbox, unsent: 2, held: 1, void: 1, clockOffset: 600_000, revoked: true } };
  phone.lines = [{ record: "c", form: "hh_sentiment", case: "7K2M-1", stream: "answers", state: "held", code: "not-assigned", safe: false, sets: 1, files: 1, at: 1 }];
  const s = await show(phone, "#/send");
  for (const words of ["还在手机里", "等街道办确认", "不会计入", "10 分钟", "已停用"]) expect(s.text()).toContain(words);
  await s.press("逐条看");
  expect(s.text()).toContain("这条记录没有分配给您");
  await s.axe();
  await s.press("现在发送");
  expect(phone.asked).toEqual(["sync"]);
});

test("settings change the language and the size of text at once", async () => {
  const s = await show(phone, "#/settings");
  await s.axe();
  await s.press("English");
  expect(document.documentElement.lang).toBe("en");
  expect(s.text()).toContain("Text size");
  await s.press("Largest");
  expect(document.documentElement.dataset["text"]).toBe("150");
  phone.refuse = new PhoneFault("outbox-not-empty", "sign off");
  await s.press("Stop using this phone");
  await s.press("Stop using it");
  expect(s.text()).toContain("send first");
  await s.axe();
  await s.press("Change the PIN");
});

test("a lock leads to the PIN, wherever the worker was", async () => {
  const s = await show(phone, "#/send");
  await phone.lock();
  await s.settle();
  expect(s.router.currentRoute.value.name).toBe("unlock");
});
