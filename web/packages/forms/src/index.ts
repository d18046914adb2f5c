// @ruhu/forms opens XForms and asks their questions. This entry is small: the engine comes when the first form is opened. What is
// seen is in @ruhu/forms/view.

import type { FormSession, OpenOptions } from "./types.ts";

export * from "./types.ts";
export { instanceFrom, type InstanceOptions } from "./form/instance.ts";

/** Opens a form, new or with an instance to go on with. Throws FormRefused where the engine cannot. */
export async function openForm(options: OpenOptions): Promise<FormSession> {
  const { open } = await import("./session/open.ts");
  return open(options);
}

/** Fetches the engine before the first form is opened, so that none waits for it. */
export async function warm(): Promise<void> {
  await import("./session/open.ts");
}

/**
 * Loads a form in the engine that phones have, begins a record of it, and returns why it cannot: undefined = it can. Of files
 * that are missing the names are returned with it.
 */
export async function check(formXml: string, files?: OpenOptions["files"]): Promise<Checked> {
  const { checkForm } = await import("./session/open.ts");
  return checkForm(formXml, files);
}

export interface Checked {
  /** The engine's message: phones cannot open the form. */
  readonly refused: string | undefined;
  /** Files the form names that were not given: lists are empty, pictures not shown. */
  readonly missing: readonly string[];
  /** Questions that phones show as a plain field, with their path. */
  readonly plain: readonly { readonly path: string; readonly why: string }[];
}
