import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contrast, css, dark, grid, light, motion, space, touch, type } from "../src/index.ts";

describe.each([["light", light], ["dark", dark]] as const)("%s", (_, p) => {
  test("body text has at least 7:1", () => {
    for (const on of [p.ground, p.surface]) expect(contrast(p.ink, on)).toBeGreaterThanOrEqual(7);
  });
  test("all other text has at least 4.5:1", () => {
    for (const on of [p.ground, p.surface]) {
      for (const text of [p.quiet, p.accent, p.waits, p.wrong, p.done]) expect(contrast(text, on), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(p.onAccent, p.accent)).toBeGreaterThanOrEqual(4.5);
  });
  test("what has the focus is seen: at least 3:1", () => {
    for (const on of [p.ground, p.surface]) expect(contrast(p.focus, on)).toBeGreaterThanOrEqual(3);
  });
  test("colours are whole", () => {
    for (const c of Object.values(p)) expect(c).toMatch(/^#[0-9A-F]{6}$/);
  });
});

test("contrast is that of WCAG 2", () => {
  expect(contrast("#000000", "#FFFFFF")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#FFFFFF")).toBeCloseTo(4.478, 2);
  expect(contrast("#FFFFFF", "#777777")).toBeCloseTo(4.478, 2);
});

test("the states differ also for those who see few colours", () => {
  // In brightness alone they do not, which is why an icon and a word stand beside each; but none may vanish into another by hue.
  expect(new Set([light.accent, light.waits, light.wrong, light.done]).size).toBe(4);
});

test("the look's numbers", () => {
  for (const px of Object.values(space)) expect(px % (grid / 2)).toBe(0);
  expect(touch).toEqual({ target: 48, gap: 8 });
  expect(motion.most).toBeLessThanOrEqual(150);
  expect([type.phone.body, type.phone.question, type.office.body]).toEqual([18, 22, 14]);
  expect(type.scales).toEqual([100, 125, 150]);
});

test("every property that the CSS uses is there, and nothing is asked of another origin", () => {
  const text = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");
  expect(text).toBe(css());
  const defined = new Set([...text.matchAll(/^\s*--([a-z-]+):/gm)].map((m) => m[1]));
  for (const [, used] of text.matchAll(/var\(--([a-z-]+)\)/g)) expect(defined).toContain(used);
  expect(text).not.toMatch(/url\(|@import/);
});
