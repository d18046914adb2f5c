import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generated } from "../tools/generated.ts";

test("generated files are those of their sources (npm run generate)", async () => {
  for (const { path, content } of await generated()) {
    const stored = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
    expect(stored === content, `${path} is older than its source: npm run generate`).toBe(true);
  }
});
