// Fingers that draw, and a keyboard that gets everywhere by Tab.

import type { CDPSession, Locator, Page } from "playwright-core";

/** Draws a stroke with a finger over a part of the page: points are fractions of its box. */
export async function stroke(cdp: CDPSession, on: Locator, points: readonly (readonly [number, number])[]): Promise<void> {
  await on.scrollIntoViewIfNeeded();
  const box = await on.boundingBox();
  if (!box) throw new Error("nothing to draw on");
  const at = ([x, y]: readonly [number, number]): { x: number; y: number } => ({ x: box.x + box.width * x, y: box.y + box.height * y });
  for (const [i, p] of points.entries()) await cdp.send("Input.dispatchTouchEvent", { type: i === 0 ? "touchStart" : "touchMove", touchPoints: [at(p)] });
  await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** Presses Tab until the focus is on it; fails where Tab does not get there. */
export async function tabTo(page: Page, to: Locator, most = 120): Promise<void> {
  for (let n = 0; n < most; n++) {
    if (await to.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not get to ${to}`);
}
