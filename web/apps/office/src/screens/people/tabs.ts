import type { Desk } from "../../desk/desk.ts";
import type { Key } from "../../words/index.ts";

export interface Tab {
  readonly name: string;
  readonly label: Key;
  readonly actions: readonly string[];
  readonly page: () => Promise<unknown>;
}

const all: readonly Tab[] = [
  { name: "progress", label: "people.tab.progress", actions: ["progress.read"], page: () => import("./ProgressTab.vue") },
  { name: "assignments", label: "people.tab.assignments", actions: ["assignments.read"], page: () => import("./AssignmentsTab.vue") },
  { name: "households", label: "people.tab.households", actions: ["registry.read"], page: () => import("./HouseholdsTab.vue") },
  { name: "enrol", label: "people.tab.enrol", actions: ["enrolments.read"], page: () => import("./EnrolTab.vue") },
  { name: "devices", label: "people.tab.devices", actions: ["devices.read"], page: () => import("./DevicesTab.vue") },
  { name: "accounts", label: "people.tab.accounts", actions: ["users.read"], page: () => import("./AccountsTab.vue") },
  { name: "grants", label: "grants.tab", actions: ["research.grant"], page: () => import("./GrantsTab.vue") },
  { name: "areas", label: "people.tab.areas", actions: ["areas.manage"], page: () => import("./AreasTab.vue") },
  { name: "packs", label: "people.tab.packs", actions: ["packs.push"], page: () => import("./PacksTab.vue") },
];

export function tabsOf(desk: Desk): readonly Tab[] {
  return all.filter((t) => desk.can(...t.actions));
}
