// The forms that tests fill in: the seven built-in ones, small ones written here, and the corpus where it is.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../../..");

export const instruments = ["hh_sentiment", "appraisal", "candidate_interview", "village_sheet", "followup", "visit_log", "backcheck"] as const;

export function instrument(name: string): string {
  return readFileSync(join(root, "schema/instruments", `${name}.xml`), "utf8");
}

/** The files the server makes for every survey. */
export async function surveyFiles(name: string): Promise<Blob | undefined> {
  if (name === "villages.csv") return new Blob(["name,label\n990101001201,东河村\n990101001202,西山村\n"], { type: "text/csv" });
  if (name === "notice.csv") return new Blob(["name,label,hash\ncurrent,告知书第一版,abc123\n"], { type: "text/csv" });
  return undefined;
}

const corpus = join(root, "../shared/corpus/xforms");

export function corpusForms(): { name: string; xml: string }[] | undefined {
  if (!existsSync(corpus)) return undefined;
  return ["collect", "web-forms"].flatMap((folder) => readdirSync(join(corpus, folder)).filter((f) => f.endsWith(".xml")).map((f) => ({ name: `${folder}/${f}`, xml: readFileSync(join(corpus, folder, f), "utf8") })));
}

export async function corpusFile(name: string): Promise<Blob | undefined> {
  for (const folder of ["collect/media", "web-forms/media"]) {
    const at = join(corpus, folder, name);
    if (existsSync(at)) return new Blob([readFileSync(at)]);
  }
  return undefined;
}

/** A form of one language around a body: fields are name → type, in order. */
export function form(fields: string, binds: string, body: string, head = ""): string {
  return `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms">
<h:head><h:title>T</h:title><model>${head}<instance><data id="t" version="1">${fields}<meta><instanceID/><deprecatedID/></meta></data></instance>
${binds}<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/><bind nodeset="/data/meta/deprecatedID" type="string"/></model></h:head><h:body>${body}</h:body></h:html>`;
}
