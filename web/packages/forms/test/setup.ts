// What the engine needs of a browser that jsdom does not have. Import it before anything that opens a form.

import { webcrypto } from "node:crypto";
import { vi } from "vitest";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // other work may share the machine

Object.assign(globalThis, { __dirname: import.meta.dirname });
if (!globalThis.crypto?.subtle) Object.defineProperty(globalThis, "crypto", { value: webcrypto });

/** jsdom's Blob cannot be read but by a FileReader. */
function read(blob: Blob, how: "readAsText" | "readAsArrayBuffer"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader[how](blob);
  });
}

Blob.prototype.text ??= function (this: Blob) {
  return read(this, "readAsText") as Promise<string>;
};
Blob.prototype.arrayBuffer = async function (this: Blob) {
  const copy = Buffer.allocUnsafeSlow(this.size); // of Node's realm, which its crypto wants
  copy.set(new Uint8Array((await read(this, "readAsArrayBuffer")) as ArrayBuffer));
  return copy.buffer;
};
