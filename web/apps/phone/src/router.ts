import { createRouter, createWebHashHistory, type Router } from "vue-router";
import type { PhoneApp } from "./app/ports.ts";
import { going } from "./shell/going.ts";
import { resume } from "./shell/resume.ts";

declare module "vue-router" {
  interface RouteMeta {
    /** Shown only while this is the door. */
    door: "open" | "any";
    /** The main menu stands below. */
    tabs?: boolean;
  }
}

/** Everything is one page with fragments, which never leave the phone: an enrolment code stays a secret. */
export function makeRouter(phone: PhoneApp): Router {
  const router = createRouter({
    history: createWebHashHistory("/"),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: "/", redirect: "/today" },
      { path: "/enrol/:code?", name: "enrol", component: () => import("./screens/EnrolScreen.vue"), meta: { door: "any" } },
      { path: "/unlock", name: "unlock", component: () => import("./screens/UnlockScreen.vue"), meta: { door: "any" } },
      { path: "/today", name: "today", component: () => import("./screens/TodayScreen.vue"), meta: { door: "open", tabs: true } },
      { path: "/todo", name: "todo", component: () => import("./screens/TodoScreen.vue"), meta: { door: "open", tabs: true } },
      { path: "/send", name: "send", component: () => import("./screens/SendScreen.vue"), meta: { door: "open", tabs: true } },
      { path: "/settings", name: "settings", component: () => import("./screens/SettingsScreen.vue"), meta: { door: "open", tabs: true } },
      { path: "/door", name: "door", component: () => import("./screens/DoorScreen.vue"), meta: { door: "open" } },
      { path: "/form/:record?", name: "form", component: () => import("./screens/FormScreen.vue"), meta: { door: "open" } },
      { path: "/:rest(.*)*", redirect: "/today" },
    ],
  });
  router.beforeEach((to) => {
    if (to.name === "enrol") return true;
    if (phone.door === "empty") return { name: "enrol" };
    if (to.meta.door === "open" && phone.door === "locked") return { name: "unlock" };
    if (to.name === "unlock" && phone.door === "open") return afterUnlock();
    if (to.name === "door" && going.door === "") return { name: "today" };
    return true;
  });
  return router;
}

/** Where work goes on: at the form that was open when the app was last seen. */
export function afterUnlock(): { name: string; params?: Record<string, string> } {
  return resume.record === "" ? { name: "today" } : { name: "form", params: { record: resume.record } };
}
