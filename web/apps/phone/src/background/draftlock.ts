import { PhoneFault } from "../app/fault.ts";
import type { LockManager } from "../store/locks.ts";

/** A record open in this tab alone. */
export interface DraftLock {
  /** Another tab took it: nothing may be stored from here any more. */
  readonly lost: boolean;
  onLost(f: () => void): void;
  release(): void;
}

/**
 * Takes the lock of a record. Where another tab has it: throws open-elsewhere, or with take takes it away from there, which hears
 * of it at once. The browser gives the locks of a tab that was killed back.
 */
export function lockDraft(locks: LockManager, name: string, take: boolean): Promise<DraftLock> {
  return new Promise((resolve, reject) => {
    let [lost, ended] = [false, false];
    const listeners: (() => void)[] = [];
    let release: () => void = () => undefined;
    const done = new Promise<void>((end) => (release = end));
    const lose = (): void => {
      if (ended) return;
      lost = ended = true;
      listeners.forEach((f) => f());
    };
    locks
      .request(name, take ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (!lock) {
          reject(new PhoneFault("open-elsewhere", "open record"));
          return Promise.resolve();
        }
        resolve({
          get lost() {
            return lost;
          },
          onLost: (f) => void (lost ? f() : listeners.push(f)),
          release: () => {
            ended = true;
            release();
          },
        });
        return done;
      })
      .catch((err: unknown) => {
        reject(err instanceof Error ? err : new Error(String(err))); // nothing where it was resolved before
        lose();
      });
  });
}
