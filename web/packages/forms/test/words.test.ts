import { expect, test } from "vitest";
import { catalogues, say } from "../src/words/index.ts";

function flat(o: object, at = ""): [string, string][] {
  return Object.entries(o).flatMap(([k, v]) => (typeof v === "string" ? [[at + k, v] as [string, string]] : flat(v as object, `${at}${k}.`)));
}

test("both languages say the same things, with the same places", () => {
  const [zh, en] = [new Map(flat(catalogues.zh)), new Map(flat(catalogues.en))];
  expect([...en.keys()]).toEqual([...zh.keys()]);
  for (const [key, text] of zh) {
    const places = (s: string): string[] => (s.match(/\{\w+\}/g) ?? []).sort();
    expect(text, key).not.toBe("");
    expect(en.get(key), key).not.toBe("");
    expect(places(en.get(key) ?? ""), key).toEqual(places(text));
    expect(text, key).not.toMatch(/^[ -~]{8,}$/); // forgotten English
  }
  expect(say("en", "nav.page", { n: 2, of: 7 })).toBe("Page 2 of 7");
  expect(say("zh", "nav.page", { n: 2 })).toBe("第 2 页，共 {of} 页");
});
