// @vitest-environment jsdom
import "./setup.ts";
import { expect, test } from "vitest";
import { openForm } from "../src/index.ts";
import { corpusFile, corpusForms } from "./forms.ts";

// Forms that the engine itself refuses.
const refused = ["numberInCSV", "repeat_group_form", "select__5-select-types", "simple-dag-cycle", "xpath-syntax-error", "xpath-unknown-function"];

const forms = corpusForms();

test.skipIf(!forms)("every form of the corpus opens, and a draft of it opens the same", async () => {
  const odd: string[] = [];
  let opened = 0;
  for (const { name, xml } of forms ?? []) {
    try {
      const s = await openForm({ formXml: xml, files: corpusFile });
      s.pages().flatMap((p) => p.items).length;
      const again = await openForm({ formXml: xml, files: corpusFile, instanceXml: s.draftXml() });
      const [a, b] = [s.values(), again.values()];
      const differ = Object.keys({ ...a, ...b }).filter((k) => a[k] !== b[k]);
      if (differ.length) odd.push(`${name}: ${differ.map((k) => `${k} ${a[k]} -> ${b[k]}`).join("; ")}`);
      if (JSON.stringify(s.rows()) !== JSON.stringify(again.rows())) odd.push(`${name}: rows ${JSON.stringify(s.rows())} -> ${JSON.stringify(again.rows())}`);
      opened++;
    } catch (e) {
      if (!refused.some((r) => name.includes(r))) odd.push(`${name}: ${String(e).slice(0, 200)}`);
    }
  }
  console.log(`${opened} of ${forms?.length} forms opened`);
  console.log(odd.join("\n"));
}, 300_000);
