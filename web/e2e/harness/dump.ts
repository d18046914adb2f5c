// Everything a thief of the phone could read: what the browser's databases give to a script, and what lies in its files.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import type { Page } from "playwright-core";

/** Every value in every database of the origin, as bytes: texts as UTF-8, buffers and files as they are, other things as JSON. */
export async function databases(page: Page): Promise<Buffer[]> {
  const found = await page.evaluate(async () => {
    const out: string[] = [];
    const put = (b: Uint8Array): void => {
      let s = "";
      for (let i = 0; i < b.length; i += 8192) s += String.fromCharCode(...b.subarray(i, i + 8192));
      out.push(btoa(s));
    };
    const text = new TextEncoder();
    const walk = async (v: unknown): Promise<void> => {
      if (typeof v === "string") put(text.encode(v));
      else if (v instanceof ArrayBuffer) put(new Uint8Array(v));
      else if (ArrayBuffer.isView(v)) put(new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
      else if (v instanceof Blob) put(new Uint8Array(await v.arrayBuffer()));
      else if (v instanceof CryptoKey) put(text.encode(v.extractable ? JSON.stringify(await crypto.subtle.exportKey("jwk", v)) : "a key that cannot be read"));
      else if (Array.isArray(v)) for (const x of v) await walk(x);
      else if (typeof v === "object" && v !== null) {
        put(text.encode(Object.keys(v).join(" ")));
        for (const x of Object.values(v)) await walk(x);
      } else put(text.encode(String(v)));
    };
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((done, fail) => {
        const r = indexedDB.open(name ?? "");
        r.onsuccess = () => done(r.result);
        r.onerror = () => fail(r.error ?? new Error("no database"));
      });
      for (const store of db.objectStoreNames) {
        const rows = await new Promise<unknown[]>((done, fail) => {
          const all: unknown[] = [];
          const r = db.transaction(store).objectStore(store).openCursor();
          r.onerror = () => fail(r.error ?? new Error("no cursor"));
          r.onsuccess = () => {
            if (!r.result) return done(all);
            all.push(r.result.key, r.result.value);
            r.result.continue();
          };
        });
        for (const row of rows) await walk(row);
      }
      db.close();
    }
    for (const [k, v] of Object.entries({ ...localStorage, ...sessionStorage })) await walk([k, v]);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const r of await cache.keys()) {
        put(text.encode(r.url));
        if (!/\/app\/|\/icons\//.test(r.url)) await walk(await (await cache.match(r))!.blob());
      }
    }
    return out;
  });
  return found.map((b) => Buffer.from(b, "base64"));
}

/** The files of a profile that hold what pages wrote or were. */
export function files(profile: string): Buffer[] {
  const out: Buffer[] = [];
  const walk = (dir: string): void => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      const s = statSync(path, { throwIfNoEntry: false });
      if (s?.isDirectory()) walk(path);
      else if (s?.isFile() && s.size < 64 << 20) out.push(readFileSync(path));
    }
  };
  walk(profile);
  return out;
}

/** Which of the words are in there: as UTF-8, as UTF-16, or packed. */
export function readable(dump: readonly Buffer[], words: readonly string[]): string[] {
  const left = new Set(words);
  const look = (b: Buffer): void => {
    for (const w of left) if (b.includes(Buffer.from(w, "utf8")) || b.includes(Buffer.from(w, "utf16le"))) left.delete(w);
  };
  for (const b of dump) {
    look(b);
    for (const unpack of [gunzipSync, inflateSync, inflateRawSync]) {
      try {
        look(unpack(b, { maxOutputLength: 64 << 20 }));
      } catch {
        // It is not packed like that.
      }
    }
  }
  return words.filter((w) => !left.has(w));
}
