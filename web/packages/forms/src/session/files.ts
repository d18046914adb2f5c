// Files of answers are named by what they hold.

import type { Attachments } from "../types.ts";

/** The name of a file in an answer: "sha256-….jpg". */
export async function nameOfFile(file: Blob, extension: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return `sha256-${Array.from(hash, (b) => b.toString(16).padStart(2, "0")).join("")}.${extension}`;
}

/** An extension as names may have it: 1 to 8 small letters and digits. */
export function saneExtension(s: string): string {
  return s.toLowerCase().replace(/[^a-z0-9]/g, "").slice(0, 8) || "bin";
}

/** Files that live as long as the session. */
export function inMemory(): Attachments {
  const files = new Map<string, Blob>();
  return {
    get: async (name) => files.get(name),
    put: async (name, file) => void files.set(name, file),
  };
}
