import { test } from "vitest";
import { Site } from "./harness/site.ts";
import { controlsForm, placesCSV } from "./harness/controls.ts";
import { xform } from "./harness/xform.ts";
test("site", async () => {
  const s = await Site.start({ villages: 2, doors: 5, forms: [{ id: "controls", kind: "other", xml: xform(controlsForm), files: { "places.csv": placesCSV } }] });
  console.log(await s.cli(["form", "list"]));
  await s.close();
});
