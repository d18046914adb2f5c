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
  { name: "overview", path: "/overview", label: "nav.overview", icon: Home, actions: ["progress.read", "visits.read"], page: () => import("../screens/overview/OverviewScreen.vue") },
  { name: "review", path: "/review", label: "nav.review", icon: ClipboardCheck, actions: ["records.list"], page: () => import("../screens/review/QueueScreen.vue") },
  { name: "quarantine", path: "/quarantine", label: "nav.quarantine", icon: Inbox, actions: ["quarantine.read"], page: () => import("../screens/quarantine/QuarantineScreen.vue") },
  { name: "duplicates", path: "/duplicates", label: "nav.duplicates", icon: Copy, actions: ["records.list"], page: () => import("../screens/duplicates/DuplicatesScreen.vue") },
  { name: "summary", path: "/summary", label: "nav.summary", icon: ChartColumn, actions: ["summaries.read", "releases.read"], page: () => import("../screens/summary/SummaryScreen.vue") },
  { name: "exports", path: "/exports", label: "nav.exports", icon: Download, actions: ["exports.read"], page: () => import("../screens/exports/ExportsScreen.vue") },
  { name: "registry", path: "/registry", label: "nav.registry", icon: UserRoundCheck, actions: ["registry.read"], page: () => import("../screens/registry/RegistryScreen.vue") },
  { name: "surveys", path: "/surveys", label: "nav.surveys", icon: ScrollText, actions: ["surveys.manage"], page: () => import("../screens/surveys/SurveysScreen.vue") },
  { name: "forms", path: "/forms", label: "nav.forms", icon: FileStack, actions: ["forms.manage"], page: () => import("../screens/forms/FormsScreen.vue") },
  { name: "people", path: "/people", label: "nav.people", icon: Users, actions: ["progress.read", "registry.read", "users.read"], page: () => import("../screens/people/PeopleScreen.vue") },
  { name: "erasures", path: "/erasures", label: "nav.erasures", icon: Trash2, actions: ["records.erase-bulk"], page: () => import("../screens/erasures/ErasuresScreen.vue") },
  { name: "audit", path: "/audit", label: "nav.audit", icon: ShieldCheck, actions: ["audit.read", "audit.verify"], page: () => import("../screens/audit/AuditScreen.vue") },
];
