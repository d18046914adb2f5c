import type { Component } from "vue";
import { ChartColumn, ClipboardCheck, Copy, Download, FileStack, Home, Inbox, ScrollText, ShieldCheck, Trash2, UserRoundCheck, Users } from "@lucide/vue";
import type { Key } from "../words/index.ts";

/** A screen of the navigation, and which of these actions lead to it. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  readonly label: Key;
  readonly icon: Component;
  readonly actions: readonly string[];
  readonly page: () => Promise<unknown>;
}

export const screens: readonly Screen[] = [
  { name: "review", path: "/review", label: "nav.review", icon: ClipboardCheck, actions: ["records.list"], page: () => import("../screens/review/QueueScreen.vue") },
];

export { ChartColumn, Copy, Download, FileStack, Home, Inbox, ScrollText, ShieldCheck, Trash2, UserRoundCheck, Users };
