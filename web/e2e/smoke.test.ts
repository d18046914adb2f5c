import { test } from "vitest";
import { Site } from "./harness/site.ts";
import { controlsForm, placesCSV } from "./harness/controls.ts";
import { xform } from "./harness/xform.ts";
import { Filler } from "./harness/form.ts";
import { gridOf } from "./harness/frame.ts";
import { shift } from "./harness/start.ts";
import { axe } from "./harness/axe.ts";
import { controlsWith } from "./harness/operate.ts";
test("smoke", async () => {
  const site = await Site.start({ villages: 1, doors: 1, forms: [{ id: "controls", kind: "other", xml: xform(controlsForm), files: { "places.csv": placesCSV } }] });
  const { worker, phone } = await shift(site, "王一", { forms: ["controls"] });
  try {
    await worker.startForm("所有题型", gridOf(0));
    const f = new Filler(worker.page);
    const cdp = await phone.cdp();
    const photo = { id: 1, jpeg: new Uint8Array(1) };
    await axe(worker.page, "x");
    await phone.shot("x", true);
    await worker.page.evaluate(() => { for (const n of ["focusin","focusout", "input", "scroll", "resize", "keydown"]) document.addEventListener(n, (e) => console.log(n, (e.target as Element).outerHTML?.slice(0, 100), (e.target as HTMLInputElement).value), true); });
    worker.page.on("console", (m) => console.log("page:", m.text()));
    for (const path of ["p_text/whole", "p_text/part"]) {
      const c = controlsWith(photo).find((c) => c.path === path)!;
      await c.touch(f.question(path), worker.page, f, cdp);
      console.log(path, await f.question(path).locator("input").inputValue());
    }
  } finally {
    await phone.discard();
    await site.close();
  }
});
