import { Coded } from "@ruhu/merge";
import type { FaultCode, PhoneFaultShape } from "./ports.ts";

/** What the phone itself refuses; words in the phone's catalogue under fault.CODE. The message is for a log and holds no answer. */
export class PhoneFault extends Coded implements PhoneFaultShape {
  declare readonly code: FaultCode;
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(code: FaultCode, op: string, detail: Readonly<Record<string, string | number>> = {}, cause?: unknown) {
    super(code, op, code, cause);
    this.name = "PhoneFault";
    this.detail = detail;
  }
}

/** The phone's own fault in an error or in what caused it; undefined where there is none. */
export function faultIn(err: unknown): PhoneFault | undefined {
  for (let at: unknown = err, n = 0; at instanceof Error && n < 8; at = at.cause, n++) if (at instanceof PhoneFault) return at;
  return undefined;
}

/** Throws the phone's own fault where there is one behind an error, else the error. */
export function rethrow(err: unknown): never {
  throw faultIn(err) ?? err;
}
