// @vitest-environment jsdom
import "./setup.ts";
import { expect, test } from "vitest";
import { check, openForm } from "../src/index.ts";
import { corpusFile, corpusForms } from "./forms.ts";

/** Forms that are wrong for the engine: two body elements of one reference, selects of whole numbers, circles, no XPath. */
const refused = ["numberInCSV", "repeat_group_form", "select__5-select-types", "simple-dag-cycle", "xpath-syntax-error", "xpath-unknown-function"];
/** Calculations that are another thing each time. */
const chance = /random\(|now\(|uuid\(/;
/** A draft is opened again of some: the rest of them only opens. */
const each = 6;

const forms = corpusForms();
if (!forms) console.log("skipped: the corpus of forms is not here");

test.skipIf(!forms)("forms of the corpus open, and their drafts open the same", async () => {
  const odd: string[] = [];
  let [opened, said] = [0, 0];
  for (const [i, { name, xml }] of (forms ?? []).entries()) {
    if (refused.some((r) => name.includes(r))) {
      const { refused: message } = await check(xml, corpusFile);
      if (message) said++;
      else odd.push(`${name}: is not refused`);
      continue;
    }
    try {
      const s = await openForm({ formXml: xml, files: corpusFile });
      opened++;
      if (s.pages().some((p) => p.items.length === 0)) odd.push(`${name}: an empty page`);
      if (i % each !== 0) continue;
      const again = await openForm({ formXml: xml, files: corpusFile, instanceXml: s.draftXml() });
      const [a, b] = [s.values(), again.values()];
      const differ = Object.keys({ ...a, ...b }).filter((k) => a[k] !== b[k]);
      if (differ.length > 0 && !chance.test(xml)) odd.push(`${name}: ${differ.join(", ")}`);
      if (JSON.stringify(s.rows()) !== JSON.stringify(again.rows())) odd.push(`${name}: rows`);
    } catch (e) {
      odd.push(`${name}: ${String(e)}`);
    }
  }
  console.log(`${opened} of ${forms?.length} forms opened, ${said} refused with the engine's words`);
  expect(odd).toEqual([]);
  expect(opened + said).toBe(forms?.length);
}, 240_000);
