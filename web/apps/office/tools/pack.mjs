// After `vite build`: writes each compressible file also as NAME.br and NAME.gz, as the server hands them out. The same sources give
// the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../../dist/office/app", import.meta.url));
const packable = new Set([".js", ".css", ".svg", ".wasm", ".json"]);

const sizes = [];
for (const d of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (!d.isFile() || !packable.has(extname(d.name))) continue;
  const file = join(d.parentPath ?? d.path, d.name);
  const bytes = readFileSync(file);
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  const gz = gzipSync(bytes, { level: 9 });
  if (br.length < bytes.length) writeFileSync(`${file}.br`, br);
  if (gz.length < bytes.length) writeFileSync(`${file}.gz`, gz);
  sizes.push({ name: d.name, bytes: bytes.length, sent: Math.min(br.length, bytes.length) });
}

const kb = (n) => `${(n / 1024).toFixed(1).padStart(8)} KB`;
console.log("\noffice console                                 bytes      brotli");
for (const s of sizes.sort((a, b) => b.sent - a.sent)) console.log(`  ${s.name.padEnd(38)}${kb(s.bytes)} ${kb(s.sent)}`);
console.log(`  ${"all".padEnd(38)}${kb(sizes.reduce((n, s) => n + s.bytes, 0))} ${kb(sizes.reduce((n, s) => n + s.sent, 0))}\n`);
