/// <reference types="vite/client" />
/// <reference lib="dom" />

declare module "*.css";
