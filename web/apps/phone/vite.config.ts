import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/",
  build: {
    outDir: here("../../dist/phone"),
    emptyOutDir: true,
    assetsDir: "app",
    assetsInlineLimit: 0, // the policy of the page allows no inline sources
    target: ["chrome90", "safari15", "firefox91"], // the engine waits for its parser at the top of its module
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { checks: { eval: false } }, // in code of the engine that never runs: the page's policy forbids it
  },
  server: { fs: { allow: [here("../../..")] } },
  plugins: [
    vue(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "sw",
      filename: "sw.ts",
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        id: "/",
        name: "入户调查",
        short_name: "入户",
        description: "没有信号也能填写的入户调查",
        lang: "zh-CN",
        start_url: "/",
        scope: "/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#fafaf8",
        theme_color: "#0f6b63",
        icons: [
          { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icons/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
          { src: "/icons/icon.svg", sizes: "any", type: "image/svg+xml" },
        ],
      },
      injectManifest: {
        globPatterns: ["**/*.{html,js,css,wasm,svg,png,webmanifest}"],
        globIgnores: ["sw.js"],
        // Names under app/ change with their bytes.
        dontCacheBustURLsMatching: /^app\//,
        maximumFileSizeToCacheInBytes: 8 << 20,
        manifestTransforms: [
          (entries) => ({ manifest: entries.map((e) => ({ ...e, url: e.url === "index.html" ? "/" : `/${e.url}` })).sort((a, b) => (a.url < b.url ? -1 : 1)), warnings: [] }),
        ],
      },
    }),
  ],
});
