import { createRouter, createWebHashHistory, type Router } from "vue-router";
import type { PhoneApp } from "./app/ports.ts";
import DoorScreen from "./screens/DoorScreen.vue";
import EnrolScreen from "./screens/EnrolScreen.vue";
import SendScreen from "./screens/SendScreen.vue";
import SettingsScreen from "./screens/SettingsScreen.vue";
import TodayScreen from "./screens/TodayScreen.vue";
import TodoScreen from "./screens/TodoScreen.vue";
import UnlockScreen from "./screens/UnlockScreen.vue";
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

/** The screens around forms are one piece; forms come with their controls when the first one is opened. */
const FormScreen = (): Promise<typeof import("./screens/FormScreen.vue")> => import("./screens/FormScreen.vue");

/** Everything is one page with fragments, which never leave the phone: an enrolment code stays a secret. */
export function makeRouter(phone: PhoneApp): Router {
  const router = createRouter({
    history: createWebHashHistory("/"),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: "/", redirect: "/today" },
      { path: "/enrol/:code?", name: "enrol", component: EnrolScreen, meta: { door: "any" } },
      { path: "/unlock", name: "unlock", component: UnlockScreen, meta: { door: "any" } },
      { path: "/today", name: "today", component: TodayScreen, meta: { door: "open", tabs: true } },
      { path: "/todo", name: "todo", component: TodoScreen, meta: { door: "open", tabs: true } },
      { path: "/send", name: "send", component: SendScreen, meta: { door: "open", tabs: true } },
      { path: "/settings", name: "settings", component: SettingsScreen, meta: { door: "open", tabs: true } },
      { path: "/door", name: "door", component: DoorScreen, meta: { door: "open" } },
      { path: "/form/:record?", name: "form", component: FormScreen, meta: { door: "open" } },
      { path: "/:rest(.*)*", redirect: "/today" },
    ],
  });
  router.beforeEach((to) => {
    if (to.name === "enrol") return true;
    if (phone.door === "empty") return { name: "enrol" };
    if (to.meta.door === "open" && phone.door === "locked") return { name: "unlock" };
    if (to.name === "unlock" && phone.door === "open") return afterUnlock(phone);
    if (to.name === "door" && going.door === "") return { name: "today" };
    return true;
  });
  return router;
}

/** Where work goes on: at the form that was open when the app was last seen. */
export function afterUnlock(phone: PhoneApp): { name: string; params?: Record<string, string> } {
  const record = resume.of(phone.me?.slot ?? "");
  return record === "" ? { name: "today" } : { name: "form", params: { record } };
}
