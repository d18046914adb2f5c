// Opening a form. This module brings the engine with it.

import { begin, languagesOf, load, type Root, setLanguage } from "../engine/engine.ts";
import { type FormModel, readForm } from "../form/model.ts";
import { prepare } from "../form/prepare.ts";
import { valuesOf } from "../form/values.ts";
import type { Checked } from "../index.ts";
import { FormRefused, type FormSession, type OpenOptions } from "../types.ts";
import { plainer } from "./control.ts";
import { inMemory } from "./files.ts";
import { codeOf } from "./languages.ts";
import { Session } from "./session.ts";

export async function open(options: OpenOptions): Promise<FormSession> {
  return (await start(options, () => undefined)).session;
}

async function start(options: OpenOptions, missing: (name: string) => void): Promise<{ session: Session; form: FormModel; root: Root }> {
  const form = readForm(options.formXml);
  const xml = prepare(options.formXml, options.instanceXml === undefined ? (options.preset ?? {}) : {}, form.completed);
  const loaded = await load(xml, options.files, missing);
  let session: Session | undefined;
  const position = options.position && (async () => {
    const at = await options.position?.().catch(() => "");
    setTimeout(() => session?.noticed());
    return at ?? "";
  });
  const root = await begin(loaded, { properties: options.properties, position, instanceXml: options.instanceXml });
  const language = options.language && languagesOf(root).find((name) => codeOf(name) === options.language);
  if (language) setLanguage(root, language);
  const came = options.instanceXml === undefined ? undefined : valuesOf(form, options.instanceXml);
  session = new Session(form, root, options, options.attachments ?? inMemory(), came);
  return { session, form, root };
}

export async function checkForm(formXml: string, files: OpenOptions["files"]): Promise<Checked> {
  const missing = new Set<string>();
  const plain: { path: string; why: string }[] = [];
  try {
    const { session } = await start({ formXml, ...(files ? { files } : {}) }, (name) => missing.add(name));
    for (const q of session.questions()) {
      const why = plainer(q.control, q.appearances);
      if (why !== undefined) plain.push({ path: q.path.replace(/\[[^\]]*\]/g, ""), why });
    }
    session.dispose();
    return { refused: undefined, missing: [...missing], plain };
  } catch (e) {
    return { refused: e instanceof FormRefused ? e.message : String(e), missing: [...missing], plain };
  }
}
