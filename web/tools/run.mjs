// Runs a TypeScript program of this workspace in Node: `node tools/run.mjs FILE ARGS…`. It is bundled each time, so that
// nothing built can be older than its source. In the program process.argv[2] is its first argument.
import { build } from "esbuild";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node tools/run.mjs FILE.ts [ARGS]");
  process.exit(2);
}
const entry = resolve(web, file);
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  absWorkingDir: web,
  packages: "bundle",
  external: ["openapi-typescript", "typescript"],
  define: { "import.meta.url": JSON.stringify(pathToFileURL(entry).href) },
  logLevel: "error",
});
process.argv = [process.argv[0], entry, ...args];
// Beside node_modules, so that what stays outside the bundle is found.
const cache = join(web, "node_modules", ".cache", "run");
mkdirSync(cache, { recursive: true });
const bundle = join(cache, `${process.pid}.mjs`);
writeFileSync(bundle, outputFiles[0].contents);
try {
  await import(pathToFileURL(bundle).href);
} finally {
  rmSync(bundle, { force: true });
}
