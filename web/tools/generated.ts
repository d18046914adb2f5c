// Everything in this workspace that is made from something else, and how.

import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { css } from "../packages/look/src/css.ts";

const root = new URL("../../", import.meta.url);
const mark = (from: string): string => `// Generated from ${from} by npm run generate. Do not edit.\n\n`;

/** One generated file: its path in web/, and what it holds now that its source is as it is. */
export interface Generated {
  readonly path: string;
  readonly content: string;
}

/** All of them. */
export async function generated(): Promise<Generated[]> {
  return [
    { path: "packages/api/src/schema.gen.ts", content: await schema() },
    { path: "packages/i18n/src/errors.gen.ts", content: errors() },
    { path: "packages/look/src/tokens.css", content: css() },
  ];
}

async function schema(): Promise<string> {
  const nodes = await openapiTS(new URL("server/openapi.yaml", root), { immutable: true, silent: true });
  return mark("server/openapi.yaml") + astToString(nodes);
}

interface Entry {
  code: string;
  zh: string;
  en: string;
  hint_zh?: string;
  hint_en?: string;
}

function errors(): string {
  const list = JSON.parse(readFileSync(new URL("internal/errs/catalogue.json", root), "utf8")) as Entry[];
  const lines = [...list]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((e) => `  ${JSON.stringify(e.code)}: ${JSON.stringify({ zh: e.zh, en: e.en, hint: { zh: e.hint_zh ?? "", en: e.hint_en ?? "" } })},`);
  return `${mark("internal/errs/catalogue.json")}/** What people read for each code: a sentence, and what to do. */\nexport const errors = {\n${lines.join("\n")}\n} as const;\n`;
}
