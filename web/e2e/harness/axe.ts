// What axe-core finds on the screen.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Result {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[];
}

/** One line for each place where a rule is broken; [] = none. Recommendations count as rules. */
export async function axe(page: Page, screen: string): Promise<string[]> {
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (size && height > size.height) await page.setViewportSize({ width: size.width, height: height + 200 }); // nothing lies half under the bar at the bottom
  await page.evaluate(source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<unknown> } };
    return (await axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })) as Result;
  });
  if (size) await page.setViewportSize(size);
  return violations.flatMap((v) => v.nodes.map((n) => `${screen}: ${v.id}: ${v.help}: ${n.html.slice(0, 200)} ${(n.failureSummary ?? "").replace(/\s+/g, " ").slice(0, 300)}`));
}

/** Things to touch that are smaller than 48 px or closer than they look, by their words. Inline links in text are left out. */
export async function small(page: Page, screen: string): Promise<string[]> {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary, [role=option], label.rf-choice, label.rf-step, label.rf-star")].flatMap((e) => {
      const box = (e.matches("input[type=radio], input[type=checkbox]") ? (e.closest("label") ?? e) : e).getBoundingClientRect();
      const style = getComputedStyle(e);
      if (box.width === 0 || box.height === 0 || style.visibility === "hidden" || e.closest("[inert], .sr-only, .rf-hidden") || (e as HTMLButtonElement).disabled || e.matches("input[type=file], input[type=range]")) return [];
      if (e.matches("input[type=radio], input[type=checkbox]") && !e.closest("label")) return [];
      return box.height < 47.5 || box.width < 44 ? [`${e.tagName.toLowerCase()} ${(e.getAttribute("aria-label") ?? e.innerText ?? "").trim().slice(0, 40)} ${Math.round(box.width)}x${Math.round(box.height)}`] : [];
    }),
  );
  return [...new Set(found)].map((f) => `${screen}: ${f}`);
}

/** Whether anything is wider than the screen. */
export async function wide(page: Page, screen: string): Promise<string[]> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return over > 0 ? [`${screen}: ${over} px wider than the screen`] : [];
}

/** The same finding once, with the screens it is on. */
export function summary(found: readonly string[]): string[] {
  const by = new Map<string, string[]>();
  for (const f of found) {
    const [screen = "", ...rest] = f.split(": ");
    const what = rest.join(": ").replace(/(?:id|name|for|aria-\w+)="v-[^"]*"/g, "");
    by.set(what, [...(by.get(what) ?? []), screen]);
  }
  return [...by].map(([what, screens]) => `${what} [${screens.length}: ${screens.slice(0, 3).join(", ")}]`);
}
