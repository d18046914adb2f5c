// How an interview can end without one: the first questions of the opinion forms decide it, and what was answered until then is not kept.

import type { FormKind } from "../app/ports.ts";

/** Forms that ask people for opinions, on their consent. */
export function isOpinion(kind: FormKind): boolean {
  return kind === "sentiment" || kind === "candidate" || kind === "backcheck";
}

/** The disposition of a visit whose person did not agree or is no adult; undefined: it is an interview. */
export function endingOf(kind: FormKind, values: Readonly<Record<string, string>>): string | undefined {
  if (!isOpinion(kind)) return undefined;
  if (values["consent"] === "0") return "2.112";
  if (values["adult"] === "0") return "4.70";
  return undefined;
}
