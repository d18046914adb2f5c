import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/office/",
  build: {
    outDir: here("../../dist/office"),
    emptyOutDir: true,
    assetsDir: "app",
    assetsInlineLimit: 0, // the policy of the page allows no inline sources
    target: ["chrome90", "safari15", "firefox91"], // the engine waits for its parser at the top of its module
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { checks: { eval: false } }, // in code of the engine that never runs: the page's policy forbids it
  },
  plugins: [vue()],
});
