// What the engine needs of a browser that jsdom does not have. Import it before anything that opens a form.

import { webcrypto } from "node:crypto";

Object.assign(globalThis, { __dirname: import.meta.dirname });
if (!globalThis.crypto?.subtle) Object.defineProperty(globalThis, "crypto", { value: webcrypto });
