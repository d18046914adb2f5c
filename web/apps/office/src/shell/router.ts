import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from "vue-router";
import type { Desk } from "../desk/desk.ts";
import { tabsOf } from "../screens/people/tabs.ts";
import NothingScreen from "./NothingScreen.vue";
import { type Screen, screens } from "./screens.ts";

/** The screens of one person: what the role does not hold has no address. */
export function makeRouter(desk: Desk): Router {
  const mine = screens.filter((s) => desk.can(...s.actions));
  const home = mine[0]?.path;
  return createRouter({
    history: createWebHistory("/office/"),
    routes: [
      home ? { path: "/", redirect: home } : { path: "/", name: "nothing", component: NothingScreen, props: { role: true } },
      ...mine.map((s) => (s.name === "people" ? people(desk, s) : { path: s.path, name: s.name, component: s.page as () => Promise<never> })),
      ...(desk.can("releases.create") ? [{ path: "/summary/release", name: "release", component: () => import("../screens/summary/ReleaseScreen.vue") }] : []),
      ...(desk.can("forms.manage") ? [{ path: "/forms/:id/:version", name: "form", component: () => import("../screens/forms/FormScreen.vue") }] : []),
      ...(desk.can("records.list", "records.change") ? [{ path: "/duplicates/compare", name: "compare", component: () => import("../screens/duplicates/CompareScreen.vue") }] : []),
      ...(desk.can("records.read") ? [{ path: "/records/:id", name: "record", component: () => import("../screens/review/RecordScreen.vue") }] : []),
      { path: "/:rest(.*)*", name: "gone", component: NothingScreen, props: { role: false } },
    ],
    scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? false : { top: 0 }),
  });
}

/** People and places: a screen of tabs. */
function people(desk: Desk, s: Screen): RouteRecordRaw {
  const tabs = tabsOf(desk);
  return {
    path: s.path, component: s.page as () => Promise<never>, redirect: `${s.path}/${tabs[0]?.name ?? ""}`,
    children: tabs.map((t) => ({ path: t.name, name: `people-${t.name}`, component: t.page as () => Promise<never> })),
  };
}
