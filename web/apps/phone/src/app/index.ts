// The phone app behind its screens, as main.ts opens it.

import { type PhoneOptions, RuhuPhone } from "./phone.ts";
import type { PhoneApp } from "./ports.ts";

/** Opens the phone. Codes: storage-failed, storage-full: nothing could be kept in this browser. */
export function openPhone(o: PhoneOptions = {}): Promise<PhoneApp> {
  return RuhuPhone.open(o);
}

export { encodePhoto } from "../photo/encode.ts";
export { faultIn, PhoneFault } from "./fault.ts";
