// Putting the app on the home screen, where the browser lets the app ask.

import { computed, shallowRef } from "vue";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

const offer = shallowRef<InstallPrompt>();
export const canInstall = computed(() => offer.value !== undefined);

/** Keeps the browser's offer for when the worker wants it. */
export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (e) => {
    e.preventDefault();
    offer.value = e as InstallPrompt;
  });
  addEventListener("appinstalled", () => (offer.value = undefined));
}

export async function install(): Promise<void> {
  const o = offer.value;
  offer.value = undefined;
  await o?.prompt();
}
