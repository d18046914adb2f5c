import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One browser and one server at a time: the tests are about what they do, and two of each are slower than one after the other.
export default defineConfig({
  root: here("."),
  test: {
    include: ["*.test.ts", "office/*.test.ts"],
    setupFiles: ["harness/setup.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    isolate: false,
    sequence: { hooks: "list" }, // what a failed test left on the screens is looked at before they go
    testTimeout: 20 * 60_000,
    hookTimeout: 5 * 60_000,
    teardownTimeout: 30_000,
    disableConsoleIntercept: true,
  },
});
