import { languages, messages } from "@ruhu/i18n";
import { expect, test } from "vitest";
import { type Key, own, say } from "../../src/words/index.ts";

/** Every text with its key. */
function flat(v: unknown, key = ""): [string, string][] {
  if (typeof v === "string") return [[key, v]];
  return Object.entries(v as object).flatMap(([k, w]) => flat(w, key === "" ? k : `${key}.${k}`));
}

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

test("both languages have the same keys with the same places, and no text is empty", () => {
  const [zh, en] = [flat(own.zh), flat(own.en)];
  expect(zh.length).toBeGreaterThan(200);
  expect(en.map(([k]) => k).sort()).toEqual(zh.map(([k]) => k).sort());
  const english = new Map(en);
  for (const [key, text] of zh) {
    expect(text.trim(), key).not.toBe("");
    expect(english.get(key)?.trim(), key).not.toBe("");
    expect(places(english.get(key) ?? ""), key).toEqual(places(text));
  }
});

test("the app's names do not hide shared ones", () => {
  expect(Object.keys(own.zh).filter((k) => Object.hasOwn(messages.zh, k))).toEqual([]);
});

test("Chinese is Chinese, and English has none of it", () => {
  for (const [key, text] of flat(own.zh)) if (!/^[^\p{L}]*(\{\w+\}[^\p{L}]*)*$/u.test(text)) expect(text, key).toMatch(/\p{Script=Han}/u);
  for (const [key, text] of flat(own.en)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
});

test("nobody is told of failures, queues or synchronising in the words of machines", () => {
  for (const language of languages) {
    for (const [key, text] of flat(own[language])) expect(text, key).not.toMatch(/\b(error|failed|sync|queue|token|epoch|null|undefined)\b|同步失败|错误码|0x/i);
  }
});

test("places are filled, also in shared texts", () => {
  expect(say("zh", "today.unsentBadge", { n: 3 })).toBe("3 条未发送");
  expect(say("en", "enrol.done", { name: "A" })).toBe("Enrolled. Welcome, A");
  expect(say("en", "open.mark" as Key)).toContain("{n}");
});
