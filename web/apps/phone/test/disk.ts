import "fake-indexeddb/auto";
import { type Bytes, hex } from "@ruhu/merge";
import { expect } from "vitest";
import type { FaultCode } from "../src/app/ports.ts";
import { ContextLocks, type LockManager } from "../src/store/locks.ts";
import { SealedStore } from "../src/store/sealed.ts";
import { openWorker, vaultDisk } from "../src/store/slots.ts";
import { Vault } from "../src/vault/vault.ts";

export const pin = "402816";

export function newSlot(): string {
  return hex(crypto.getRandomValues(new Uint8Array(10)));
}

/** A worker's store that has just been made, or, where the slot is there, opened with the PIN. */
export async function sealed(slot = newSlot(), locks: LockManager = new ContextLocks()) {
  const db = await openWorker(slot);
  const vault = new Vault(vaultDisk(db), { rounds: 1000 });
  const sealer = (await db.vault.count()) === 0 ? await vault.create(pin) : await vault.unlock(pin);
  return { slot, db, vault, sealer, locks, store: new SealedStore(db, sealer, locks) };
}

export async function expectFault(p: Promise<unknown>, code: FaultCode, detail: Record<string, unknown> = {}): Promise<void> {
  const got = await p.then(
    () => "no fault",
    (err: unknown) => (err instanceof Error ? err : String(err)),
  );
  expect(got).toMatchObject({ code, ...(Object.keys(detail).length > 0 && { detail }) });
}

export function bytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/**
 * Makes the n-th put into any store from now on fail as a full disk does, and every one after it, until the function that comes
 * back is called.
 */
export function fullDisk(after = 0): () => void {
  const [put, add] = [IDBObjectStore.prototype.put, IDBObjectStore.prototype.add];
  let n = 0;
  const failing = (real: typeof put): typeof put =>
    function (this: IDBObjectStore, ...args) {
      if (n++ >= after) throw new DOMException("no room", "QuotaExceededError");
      return real.apply(this, args);
    };
  IDBObjectStore.prototype.put = failing(put);
  IDBObjectStore.prototype.add = failing(add);
  return () => {
    IDBObjectStore.prototype.put = put;
    IDBObjectStore.prototype.add = add;
  };
}
