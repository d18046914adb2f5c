// Writes every generated file anew: npm run generate.

import { writeFileSync } from "node:fs";
import { generated } from "./generated.ts";

for (const { path, content } of await generated()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), content);
  console.log(path);
}
