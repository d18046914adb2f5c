// @vitest-environment jsdom
import "./setup.ts";
import { expect, test } from "vitest";
import { check, openForm } from "../src/index.ts";

import { instrument as read } from "./forms.ts";

test("x", async () => {
  const s = await openForm({ formXml: read("village_sheet"), language: "en" });
  console.log(s.title, s.languages, s.language, s.pages().map((p) => [p.key, p.titles, p.items.map((i) => i.kind === "question" ? `${i.path}:${i.control}` : i.kind + i.path)]));
  console.log(s.errors().slice(0, 5), s.values());
  console.log(await check(read("hh_sentiment")));
  console.log(s.draftXml().slice(0, 500));
});
