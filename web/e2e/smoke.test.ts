import { test } from "vitest";
import { Site } from "./harness/site.ts";
import { Filler, look } from "./harness/form.ts";
import { gridOf } from "./harness/frame.ts";
import { Phone } from "./harness/phone.ts";
import { Worker } from "./harness/worker.ts";
import { Darkroom } from "./harness/photos.ts";
import { sheetPlan } from "./harness/plan.ts";
import { Rng } from "./harness/rng.ts";
import { villageName } from "./harness/frame.ts";
test("smoke", async () => {
  const room = await Darkroom.open();
  const s = await Site.start({ villages: 2, doors: 5 });
  const e = await s.enrol({ name: "王一" });
  await s.assign([[gridOf(0), e.worker, "village_sheet"]]);
  const phone = await Phone.make(s.link);
  const worker = new Worker(phone);
  let n = 0;
  const ph = [await room.take(1), await room.take(2)];
  const { plan } = sheetPlan(new Rng(4), "x", villageName(0), () => ph[n++]!);
  try {
    await worker.enrol(e);
    worker.page.on("response", async (r) => { if (r.url().includes("attach")) console.log(r.request().method(), r.url(), r.status(), JSON.stringify(await r.allHeaders()), (await r.text().catch(() => "")).slice(0, 300)); });
    await worker.startForm("村情研判表", gridOf(0));
    const f = new Filler(worker.page);
    await f.fill(plan);
    await worker.submit(f);
    await worker.tab("send");
    await worker.sendOnce();
    console.log(await worker.page.locator("main").innerText());
    console.log(JSON.stringify(await look(worker.page)), s.link.seen.slice(-20));
  } finally {
    console.log(phone.complaints, phone.strangers, s.said);
    await phone.shot("smoke-last").catch(() => 0);
    await phone.discard();
    await s.close();
    await room.close();
  }
});
