// The service worker keeps the whole app on the phone, and nothing else: answers, forms and pictures lie sealed in the store, and no
// answer of the server is ever kept here.

import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, createHandlerBoundToURL, type PrecacheEntry, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

/** Not yet in the types: a connection is back. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
// The app is one page at "/"; the office and everything else are not ours.
registerRoute(new NavigationRoute(createHandlerBoundToURL("/"), { allowlist: [/^\/(\?|$)/] }));
// The first visit is offline-capable at once. A later version waits until it is told to take over.
clientsClaim();

self.addEventListener("message", (e) => {
  if ((e.data as { type?: unknown } | null)?.type === "take-over") void self.skipWaiting();
});

// The store is sealed: only an open app can send. It is told that there is a connection.
self.addEventListener("sync", ((e: SyncEvent) => {
  e.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => windows.forEach((w) => w.postMessage({ type: "sync", tag: e.tag }))),
  );
}) as EventListener);
