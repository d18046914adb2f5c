// What every phone showed when a test failed.

import { afterEach } from "vitest";
import { Phone } from "./phone.ts";

afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  let n = 0;
  for (const phone of Phone.all) {
    if (!phone.on) continue;
    const name = `failed-${task.name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}-${++n}`;
    await phone.shot(name).catch(() => undefined);
    console.log(`${name}: ${phone.page.url()}`, phone.complaints, phone.refusals.slice(-5), phone.link.seen.slice(-6).map((s) => s.slice(0, 60)));
  }
});
