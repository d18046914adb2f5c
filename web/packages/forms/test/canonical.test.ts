import { expect, test } from "vitest";
import { canonical, fits, type Spelling, spellingOf } from "../src/values/canonical.ts";
import vectors from "./vectors.json" with { type: "json" };

const cases: readonly (readonly [Spelling, string, string])[] = [
  ["int", "+007", "7"], ["int", "-0", "0"], ["int", "1.0E3", "1000"], ["int", "1.5", "1.5"], ["int", "٣", "٣"],
  ["decimal", "1.50", "1.5"], ["decimal", ".5", "0.5"], ["decimal", "-0.0", "0"], ["decimal", "1e-3", "0.001"], ["decimal", "12.5e1", "125"], ["decimal", "5.", "5"], ["decimal", ".", "."], ["decimal", "1.0E7", "10000000"],
  ["boolean", "1", "true"], ["boolean", "false()", "false"],
  ["time", "08:05", "08:05:00"], ["time", "08:05:00.120+08", "08:05:00.12+08:00"], ["time", "08:05:00.000+00:00", "08:05:00Z"],
  ["dateTime", "2026-11-23 08:05", "2026-11-23T08:05:00"], ["dateTime", "2026-11-23T08:05:00.000+08:00", "2026-11-23T08:05:00+08:00"],
  ["geopoint", "31.20 121.50 0.0 5.0", "31.2 121.5 0 5"], ["geotrace", "1 2;3.0 4; ", "1 2;3 4"],
  ["text", "a\r\nb\r", "a\nb\n"], ["rank", " b  a ", "b a"], ["one", " x ", "x"],
];

test.each(cases)("%s: %j is spelled %j", (spelling, typed, want) => {
  expect(canonical(spelling, typed)).toBe(want);
  expect(canonical(spelling, want)).toBe(want);
});

test("choices stand in the list's order, each once", () => {
  const order = new Map([["a", 0], ["b", 1], ["-9", 2]]);
  expect(canonical("many", "-9 b a b x", order)).toBe("a b -9 x");
  expect(canonical("many", "c a c")).toBe("c a");
});

test("what fits and what does not", () => {
  const good: readonly (readonly [Spelling, string])[] = [["int", "-99"], ["int", "9007199254740991"], ["decimal", "0.5"], ["date", "2024-02-29"], ["time", "23:59:59.5-03:30"], ["dateTime", "2026-11-23T08:05:00Z"],
    ["geoshape", "1 2;3 4;5 6;1 2"], ["geotrace", "1 2;3 4"], ["binary", `sha256-${"0".repeat(64)}.jpg`], ["trigger", "OK"]];
  const bad: readonly (readonly [Spelling, string])[] = [["int", "1.5"], ["int", "9007199254740992"], ["int", "-0"], ["decimal", "1.50"], ["date", "2026-02-29"], ["date", "0000-01-01"], ["time", "24:00:00"], ["time", "08:00:00+00:00"],
    ["time", "08:05"], ["dateTime", "2026-11-23"], ["geopoint", "91 0"], ["geopoint", "1 2 3 -4"], ["geoshape", "1 2;3 4;5 6;7 8"], ["geotrace", "1 2"], ["binary", "photo.jpg"], ["trigger", "ok"], ["text", "a\u0000"]];
  for (const [s, v] of good) expect(fits(s, v), `${s} ${v}`).toBe(true);
  for (const [s, v] of bad) expect(fits(s, v), `${s} ${v}`).toBe(false);
});

test("the server spells the same, and takes the same", () => {
  const differ = vectors.spellings.flatMap((v) => {
    const spelling = spellingOf(v.type);
    const here = canonical(spelling, v.sent);
    const same = v.fits ? here === v.text && fits(spelling, here) : here === "" || !fits(spelling, here);
    return same && (v.text === "" || fits(spelling, v.text) === v.fits) ? [] : [{ ...v, here }];
  });
  expect(differ).toEqual([]);
  expect(vectors.spellings.filter((v) => v.fits).length).toBeGreaterThan(400);
});
