import { type Language, sentence } from "@ruhu/i18n";
import { codeOf } from "@ruhu/merge";
import { faultIn } from "../app/fault.ts";
import type { FaultCode } from "../app/ports.ts";
import { say } from "../words/index.ts";

export function isFault(err: unknown, code: FaultCode): boolean {
  return faultIn(err)?.code === code;
}

/** What people read of a code of the server or of sync: what happened, then what to do. */
export function codeText(language: Language, code: string): string {
  const s = sentence(code);
  return [s[language], s.hint[language]].filter(Boolean).join(language === "zh" ? "" : " ");
}

/** What people read of any failure. */
export function faultText(language: Language, err: unknown): string {
  const own = faultIn(err);
  if (own) return say(language, `fault.${own.code}`, own.detail);
  return codeText(language, codeOf(err));
}
