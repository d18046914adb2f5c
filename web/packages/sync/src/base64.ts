import type { Bytes } from "@ruhu/merge";

/** Base64 with padding. */
export function base64(b: Uint8Array): string {
  let s = "";
  for (const c of b) s += String.fromCharCode(c);
  return btoa(s);
}

/** Base64 for URLs, without padding. */
export function base64url(b: Uint8Array): string {
  return base64(b).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes of base64 with padding; undefined where s is none. */
export function unbase64(s: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}
