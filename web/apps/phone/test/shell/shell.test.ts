import { Coded } from "@ruhu/merge";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Both } from "../../src/app/ports.ts";
import { namesIn } from "../../src/app/villages.ts";
import { PhoneFault } from "../../src/app/fault.ts";
import { endingOf } from "../../src/form/ending.ts";
import { placeOf, standOf } from "../../src/form/place.ts";
import { codeIn, inWeChat } from "../../src/shell/browser.ts";
import { civilToday } from "../../src/shell/dates.ts";
import { byGrid, doors, gridCode, matches, nameOf, notSent, passes, places, placesOf } from "../../src/shell/doors.ts";
import { faultText } from "../../src/shell/fault.ts";
import { sizeText } from "../../src/shell/sizes.ts";
import { type Key, say } from "../../src/words/index.ts";
import { grid, outbox, task } from "../screens/fake.ts";

test("a code is read from the link, from what a QR code says, and as it is typed", () => {
  expect(codeIn("https://survey.example/#/enrol/7K2M9QXD4TRWC0A1")).toBe("7K2M9QXD4TRWC0A1");
  expect(codeIn("#/enrol/7K2M%2D9QXD")).toBe("7K2M-9QXD");
  expect(codeIn("  7k2m 9qxd 4trw ")).toBe("7k2m 9qxd 4trw");
  for (const other of ["", "hello", "https://survey.example/", "#/enrol/", "#/enrol/%E0%A4%A", "RUHU:7K2M9QXD4TRWC!", "https://other.example/?c=7K2M9QXD4TRWC0A1"]) expect(codeIn(other), other).toBe("");
});

test("WeChat's browser is known by its name", () => {
  expect(inWeChat("Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107 Mobile Safari/537.36 MicroMessenger/8.0.42")).toBe(true);
  expect(inWeChat("Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36")).toBe(false);
});

test("a door stands in the list once, whatever forms it has", () => {
  const tasks = [task(1), task(1, { form: "visit_log", kind: "visit" }), task(1, { form: "followup", kind: "followup" }), task(2, { form: "visit_log", kind: "visit" }), task(2, { form: "followup", kind: "followup" }), task(0, { household: "", form: "village_sheet", kind: "village" }), task(0, { household: "", form: "followup", kind: "followup" })];
  expect(doors(tasks).map((t) => [t.label, t.form])).toEqual([["1组1号", "hh_sentiment"], ["1组2号", "visit_log"]]);
  expect(places(tasks).map((t) => t.form)).toEqual(["village_sheet"]);
});

test("doors are found by label, address, code and case, however wide the letters", () => {
  const t = task(12);
  for (const search of ["", "12号", "１２号", " 1组 12", "梨园", "7k2m-12", t.household.slice(-4)]) expect(matches(t, search), search).toBe(true);
  expect(matches(t, "13号")).toBe(false);
});

test("groups keep the order they come in", () => {
  const other = "990101001201002";
  expect(byGrid([task(1), task(2, { grid: other }), task(3)]).map((g) => [g.grid, g.tasks.length])).toEqual([[grid, 2], [other, 1]]);
  expect(gridCode(grid)).toBe("201-001");
  const text = { t: (k: Key, p: object = {}) => say("zh", k, { ...p }), both: (b: Both | undefined) => b?.zh ?? "" };
  const places = placesOf(text, new Map([[grid.slice(0, 12), { zh: "梨园村", en: "Liyuan Village" }]]));
  expect([places.village(grid), places.grid(grid)]).toEqual(["梨园村", "梨园村 第 1 网格"]);
  expect(placesOf(text, undefined).grid(grid)).toBe("网格 201-001");
  expect(nameOf({ label: "", address: "", household: `${grid}0007` })).toBe("0007");
});

test("what is open is neither done nor refused", () => {
  expect(["toVisit", "appointment", "drafted", "returned", "held", "done", "refused"].filter((state) => passes(task(1, { state: state as "done" }), "open"))).toEqual(["toVisit", "appointment", "drafted", "returned", "held"]);
});

test("the badge counts photos too", () => {
  expect(notSent({ ...outbox, unsent: 3, files: 2 })).toBe(5);
});

test("a place in a form is found again", () => {
  const text = fc.string();
  fc.assert(
    fc.property(fc.array(text), text, fc.option(text.filter((s) => s !== ""), { nil: undefined }), fc.boolean(), (rows, page, path, oneWay) => {
      const where = { rows, page, ...(path !== undefined && { path }) };
      expect(standOf(placeOf({ where, oneWay }))).toEqual({ where, oneWay });
    }),
  );
  for (const page of ["", "p3", "{}", "[1]", "null", "[\"a\",\"b\",1]"]) expect(standOf({ page, question: "" })).toEqual({ where: undefined, oneWay: false });
});

test("who does not agree, and children, leave no interview behind", () => {
  expect(endingOf("sentiment", { consent: "0" })).toBe("2.112");
  expect(endingOf("sentiment", { consent: "1", adult: "0" })).toBe("4.70");
  expect(endingOf("sentiment", { consent: "1", adult: "1" })).toBeUndefined();
  expect(endingOf("village", { consent: "0" })).toBeUndefined();
});

test("faults are told in the worker's language", () => {
  expect(faultText("zh", new PhoneFault("wrong-pin", "unlock", { left: 4 }))).toBe("密码不对，还可以试 4 次。");
  expect(faultText("en", new Coded("busy", "push", "x"))).toBe("The server is busy; try again shortly. Nothing is lost.");
  expect(faultText("zh", new Error("secret answer"))).not.toContain("secret");
});

test("dates are those of the place of the survey", () => {
  expect(civilToday(0, Date.parse("2026-11-22T16:05:00Z"))).toBe("2026-11-23");
  expect(civilToday(1, Date.parse("2026-11-30T15:59:00Z"))).toBe("2026-12-01");
  expect([0, 2048, 3 << 20].map(sizeText)).toEqual(["0 B", "2 KB", "3.0 MB"]);
});

test("villages are called as the server's list calls them", () => {
  const list = 'name,label,zh,en,street\r\n990101001201,"梨园, 村 ""旧""",梨园村,Liyuan Village,990101001\n990101001202,东岗村,,,990101001\nx,y,z\n';
  expect([...namesIn(list)]).toEqual([["990101001201", { zh: "梨园村", en: "Liyuan Village" }], ["990101001202", { zh: "东岗村", en: "东岗村" }]]);
  expect([...namesIn('name,label\n990101001201,"梨园, 村 ""旧"""')]).toEqual([["990101001201", { zh: '梨园, 村 "旧"', en: '梨园, 村 "旧"' }]]);
  fc.assert(fc.property(fc.string(), (s) => namesIn(s).size >= 0));
});
