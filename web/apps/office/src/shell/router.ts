import { createRouter, createWebHistory, type Router } from "vue-router";
import type { Desk } from "../desk/desk.ts";
import NothingScreen from "./NothingScreen.vue";
import { screens } from "./screens.ts";

/** The screens of one person: what the role does not hold has no address. */
export function makeRouter(desk: Desk): Router {
  const mine = screens.filter((s) => desk.can(...s.actions));
  const home = mine[0]?.path;
  return createRouter({
    history: createWebHistory("/office/"),
    routes: [
      home ? { path: "/", redirect: home } : { path: "/", name: "nothing", component: NothingScreen, props: { role: true } },
      ...mine.map((s) => ({ path: s.path, name: s.name, component: s.page as () => Promise<never> })),
      ...(desk.can("records.list", "records.change") ? [{ path: "/duplicates/compare", name: "compare", component: () => import("../screens/duplicates/CompareScreen.vue") }] : []),
      ...(desk.can("records.read") ? [{ path: "/records/:id", name: "record", component: () => import("../screens/review/RecordScreen.vue") }] : []),
      { path: "/:rest(.*)*", name: "gone", component: NothingScreen, props: { role: false } },
    ],
    scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? false : { top: 0 }),
  });
}
