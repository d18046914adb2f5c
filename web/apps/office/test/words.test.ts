import { describe, expect, test } from "vitest";
import { own, say, sayCode } from "../src/words/index.ts";

function texts(at: unknown, path = ""): [string, string][] {
  if (typeof at === "string") return [[path, at]];
  return Object.entries(at as object).flatMap(([k, v]) => texts(v, path ? `${path}.${k}` : k));
}

describe("what the office says", () => {
  const zh = texts(own.zh);
  const en = new Map(texts(own.en));

  test("is there in both languages, and never empty", () => {
    expect(zh.map(([k]) => k).sort()).toEqual([...en.keys()].sort());
    for (const [k, v] of [...zh, ...en]) expect(v.trim(), k).not.toBe("");
  });

  test("has the same places in both languages", () => {
    const places = (s: string): string[] => (s.match(/\{\w+\}/g) ?? []).sort();
    for (const [k, v] of zh) expect(places(en.get(k) ?? ""), k).toEqual(places(v));
  });

  test("fills places in, and has words for codes it does not know", () => {
    expect(say("zh", "list.page", { n: 3 })).toBe("第 3 页");
    expect(sayCode("en", "state", "submitted", "x")).toBe("Submitted");
    expect(sayCode("en", "state", "from-next-year", "from-next-year")).toBe("from-next-year");
    expect(sayCode("en", "state", "__proto__", "other")).toBe("other");
  });
});
