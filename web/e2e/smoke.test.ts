import { test } from "vitest";
import { Site } from "./harness/site.ts";
import { shift } from "./harness/start.ts";
import { Filler, look } from "./harness/form.ts";
import { labelOf } from "./harness/frame.ts";
import { interviewPlan } from "./harness/plan.ts";
import { Rng } from "./harness/rng.ts";
import { Phone } from "./harness/phone.ts";
import { Worker } from "./harness/worker.ts";
import { gridOf } from "./harness/frame.ts";
test("smoke", async () => {
  const s = await Site.start({ villages: 2, doors: 5 });
  const e = await s.enrol({ name: "王一" });
  await s.assign([[gridOf(0), e.worker, "hh_sentiment"], [gridOf(0), e.worker, "visit_log"], [gridOf(0), e.worker, "followup"]]);
  const phone = await Phone.make(s.link);
  const worker = new Worker(phone);
  try {
    await worker.enrol(e);
    await phone.shot("smoke-today");
    await worker.task(labelOf(0)).waitFor();
    await worker.openDoor(labelOf(0));
    await phone.shot("smoke-door");
    await worker.begin();
    await phone.shot("smoke-form");
    const f = new Filler(worker.page);
    f.onSight = (s) => console.log(JSON.stringify(s).slice(0, 300));
    await f.fill(interviewPlan(new Rng(3), "x"));
    await phone.shot("smoke-end");
    await worker.submit(f);
    await phone.shot("smoke-after");
    console.log(await worker.page.locator("body").innerText());
    console.log(await worker.sendAll());
    await phone.shot("smoke-sent");
    console.log(JSON.stringify(await s.office("reviewer").records()));
  } finally {
    console.log(phone.complaints, phone.strangers, s.said);
    if (phone.on) { await phone.shot("smoke-last"); console.log(phone.page.url(), await phone.page.locator("body").innerText()); console.log(JSON.stringify(await look(phone.page))); }
    await phone.discard();
    await s.close();
  }
});
