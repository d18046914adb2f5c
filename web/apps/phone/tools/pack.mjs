// After `vite build`: writes each compressible file also as NAME.br and NAME.gz, as the server hands them out, and prints what a
// phone loads. The same sources give the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../../dist/phone", import.meta.url));
const packable = new Set([".html", ".js", ".css", ".svg", ".webmanifest", ".wasm", ".json"]);
const budget = 350 * 1024;

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((d) => d.isFile() && ![".br", ".gz"].includes(extname(d.name)))
  .map((d) => join(d.parentPath ?? d.path, d.name))
  .sort();

const sizes = new Map();
for (const file of files) {
  const bytes = readFileSync(file);
  const name = relative(root, file);
  let sent = bytes.length;
  if (packable.has(extname(file))) {
    const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    const gz = gzipSync(bytes, { level: 9 });
    if (br.length < bytes.length) {
      writeFileSync(`${file}.br`, br);
      sent = br.length;
    }
    if (gz.length < bytes.length) writeFileSync(`${file}.gz`, gz);
  }
  sizes.set(name, { bytes: bytes.length, sent });
}

// What the first page asks for: itself, its scripts and styles, and what these import at once.
const shell = new Set(["index.html"]);
const html = readFileSync(join(root, "index.html"), "utf8");
const queue = [...html.matchAll(/(?:src|href)="\/(app\/[^"]+)"/g)].map((m) => m[1]);
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (shell.has(name)) continue;
  shell.add(name);
  if (!name.endsWith(".js")) continue;
  const text = readFileSync(join(root, name), "utf8");
  for (const m of text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]*?from\s*)?["']\.\/([^"']+)["']/g)) queue.push(`app/${m[1]}`);
}

const kb = (n) => `${(n / 1024).toFixed(1).padStart(8)} KB`;
console.log("\nphone app                                      bytes      brotli");
for (const [name, s] of [...sizes].sort((a, b) => b[1].sent - a[1].sent)) console.log(`${shell.has(name) ? "*" : " "} ${name.padEnd(38)}${kb(s.bytes)} ${kb(s.sent)}`);
const total = [...shell].reduce((n, name) => n + (sizes.get(name)?.sent ?? 0), 0);
const all = [...sizes.values()].reduce((n, s) => n + s.sent, 0);
console.log(`* shell ${kb(total)} of ${kb(budget)} allowed; kept on the phone for work without a network ${kb(all)}\n`);
if (total > budget) {
  console.error("the shell is over its budget");
  process.exit(1);
}
