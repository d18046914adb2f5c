// A new version of the app: it is fetched beside the one that runs and takes over only when no form is open in any window.

import { readonly, type Ref, ref } from "vue";

/** "installing": the first visit, not yet ready to work without a network. "ready": the whole app is on the phone. */
export type Offline = "unknown" | "installing" | "ready" | "never";

const waiting = ref(false);
const offline = ref<Offline>("unknown");
let registration: ServiceWorkerRegistration | undefined;
let reloading = false;

/** Held, shared, by every open form; taking over needs it alone. */
const openForms = "ruhu-open-forms";

export const update: { readonly waiting: Readonly<Ref<boolean>>; readonly offline: Readonly<Ref<Offline>> } = { waiting: readonly(waiting), offline: readonly(offline) };

/** Registers the service worker. Elsewhere than on https or this machine there is none. */
export async function startUpdates(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) {
    offline.value = "never";
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!reloading) return;
    reloading = false;
    location.reload();
  });
  offline.value = navigator.serviceWorker.controller ? "ready" : "installing";
  try {
    registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    if (offline.value !== "ready") offline.value = "never";
    return;
  }
  waiting.value = Boolean(registration.waiting && navigator.serviceWorker.controller);
  if (registration.installing) watch(registration.installing);
  registration.addEventListener("updatefound", () => registration?.installing && watch(registration.installing));
  void navigator.serviceWorker.ready.then(() => (offline.value = "ready"));
  const look = (): void => {
    if (document.visibilityState === "visible" && navigator.onLine) void registration?.update().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", look);
  setInterval(look, 3600_000);
}

function watch(worker: ServiceWorker): void {
  worker.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller) waiting.value = true;
  });
}

/** Lets the new version take over and loads it. false: a form is open in some window. */
export async function applyUpdate(): Promise<boolean> {
  const next = registration?.waiting;
  if (!next) return true;
  const go = (): boolean => {
    reloading = true;
    next.postMessage({ type: "take-over" });
    return true;
  };
  if (!("locks" in navigator)) return go();
  return navigator.locks.request(openForms, { ifAvailable: true }, (lock) => (lock ? go() : false));
}

/** Says that a form is open until the returned function is called. */
export function holdVersion(): () => void {
  if (!("locks" in navigator)) return () => undefined;
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  void navigator.locks.request(openForms, { mode: "shared" }, () => held);
  return release;
}
