import type { Storage } from "../app/ports.ts";

/** What the browser says of the room there is and whether it keeps what is there. */
export async function storageState(): Promise<Storage> {
  const s = typeof navigator === "undefined" ? undefined : (navigator as { storage?: StorageManager }).storage;
  const estimate = await s?.estimate?.().catch(() => undefined);
  const persistent = await s?.persisted?.().catch(() => undefined);
  return { persistent, used: estimate?.usage ?? 0, quota: estimate?.quota ?? 0 };
}

/** Asks the browser to keep it. What it answers stands in the state. */
export async function askPersistence(): Promise<Storage> {
  const s = typeof navigator === "undefined" ? undefined : (navigator as { storage?: StorageManager }).storage;
  await s?.persist?.().catch(() => false);
  return storageState();
}
