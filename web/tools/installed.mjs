// Says by its exit code whether node_modules holds what package-lock.json names: 0 = it does. `make` installs only when not.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {});
const there = packages(join(web, "node_modules", ".package-lock.json"));
const differs = Object.entries(packages(join(web, "package-lock.json"))).some(([path, p]) => {
  if (!path.startsWith("node_modules/") || p.optional || p.link) return false;
  return there[path]?.version !== p.version || !existsSync(join(web, path));
});
process.exit(differs ? 1 : 0);
