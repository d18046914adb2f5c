// @vitest-environment jsdom
import "./setup.ts";
import { test } from "vitest";
import { openForm } from "../src/index.ts";
import { corpusForms } from "./forms.ts";
test("x", async () => {
  const xml = corpusForms()!.find((f) => f.name.includes("one-question-partial"))!.xml;
  const s = await openForm({ formXml: xml });
  console.log(s.values(), s.draftXml());
});
