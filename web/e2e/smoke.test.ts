import { test } from "vitest";
import { Site } from "./harness/site.ts";
test("site", async () => {
  const s = await Site.start({ villages: 2, doors: 5 });
  const e = await s.enrol({ name: "王一" });
  console.log(e);
  await s.assign([["990101001201001", e.worker, "hh_sentiment"]]);
  console.log(await s.office("reviewer").records(), (await fetch(s.link.origin + "/")).status);
  await s.verify();
  await s.close();
});
