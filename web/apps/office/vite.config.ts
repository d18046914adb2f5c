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
    target: ["chrome87", "safari15", "firefox91"],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
  },
  plugins: [vue()],
});
