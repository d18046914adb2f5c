// What ids, names and values may hold.

/** The ids of devices. They hold no ":", which ends them in the keys of a canonical state. */
export function isDevice(s: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(s);
}

/** The ids of records (UUIDs, with or without "uuid:") and epochs. */
export function isID(s: string): boolean {
  return /^[A-Za-z0-9_.:-]+$/.test(s);
}

/**
 * 8 and more characters of any base64. Authors send 16 random bytes: a nonce that can be guessed lets the id betray an
 * erased answer.
 */
export function isNonce(s: string): boolean {
  return /^[A-Za-z0-9_.+/=-]{8,}$/.test(s);
}

/** Area codes: digits. */
export function isArea(s: string): boolean {
  return /^[0-9]{1,32}$/.test(s);
}

/** Form ids and versions: any text on one line. */
export function isText(s: string): boolean {
  return !/[\u0000-\u001f\u007f]/.test(s);
}

/** What XML 1.0 can carry: a value that no form could hold came from no form, and no export could carry it. */
export function isValue(s: string): boolean {
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(s);
}
