import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dateText, errors, type Key, languages, messages, preferred, sentence, t, timeText } from "../src/index.ts";

/** Every text with its key. */
function flat(v: unknown, key = ""): [string, string][] {
  if (typeof v === "string") return [[key, v]];
  return Object.entries(v as object).flatMap(([k, w]) => flat(w, key === "" ? k : `${key}.${k}`));
}

test("both languages have the same keys, and no text is empty", () => {
  const [zh, en] = [flat(messages.zh), flat(messages.en)];
  expect(zh.length).toBeGreaterThan(60);
  expect(en.map(([k]) => k)).toEqual(zh.map(([k]) => k));
  for (const [key, text] of [...zh, ...en]) expect(text.trim(), key).not.toBe("");
});

test("each text has the same places in both languages", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();
  for (const [key, text] of flat(messages.zh)) expect(places(t("en", key as Key)), key).toEqual(places(text));
});

test("Chinese is Chinese, and English has none of it", () => {
  for (const [key, text] of flat(messages.zh)) expect(text, key).toMatch(/\p{Script=Han}/u);
  for (const [key, text] of flat(messages.en)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
});

test("nobody is told of failures, queues or synchronising in the words of machines", () => {
  for (const language of languages) {
    for (const [key, text] of flat(messages[language])) expect(text, key).not.toMatch(/\b(error|failed|sync|queue|token|epoch|null|undefined)\b|同步失败|错误码|0x/i);
  }
});

test("places are filled", () => {
  expect(t("zh", "saved.unsent", { n: 3 })).toBe("已保存在手机，尚未发送（3 条）");
  expect(t("en", "enrol.done", { name: "{n}" })).toBe("Enrolled. Welcome, {n}");
  expect(t("en", "lock.wrong")).toContain("{n}");
  expect(t("en", "lock.wrong", { toString: 1 } as never)).toContain("{n}");
});

test("every code of the server's catalogue has its sentences", () => {
  const list = JSON.parse(readFileSync(new URL("../../../../internal/errs/catalogue.json", import.meta.url), "utf8")) as { code: string; zh: string; en: string }[];
  expect(Object.keys(errors).sort()).toEqual(list.map((e) => e.code).sort());
  for (const e of list) expect(sentence(e.code)).toMatchObject({ zh: e.zh, en: e.en });
  for (const e of Object.values(errors)) {
    expect(e.zh).not.toBe("");
    expect(e.en).not.toBe("");
    expect(e.hint.zh === "").toBe(e.hint.en === "");
  }
  expect(sentence("constructor")).toBe(errors.internal);
});

test("dates are the civil ones of the place", () => {
  const ms = Date.parse("2026-11-22T16:05:00Z"); // already Monday in Shanghai
  expect(dateText("zh", ms)).toBe("11月23日 周一");
  expect(dateText("en", ms)).toBe("Mon 23 Nov");
  expect(timeText("zh", ms)).toBe("11月23日 周一 00:05");
  expect(timeText("en", ms, "UTC")).toBe("Sun 22 Nov 16:05");
});

test("the language to begin with", () => {
  expect(preferred(["en-GB", "zh-CN"])).toBe("en");
  expect(preferred(["fr", "zh-Hans"])).toBe("zh");
  expect(preferred([])).toBe("zh");
});
