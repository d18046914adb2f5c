import { getCurrentScope, onScopeDispose, type ShallowRef, shallowRef } from "vue";
import type { Change, PhoneApp } from "../app/ports.ts";

/** Something that was asked of the phone, and is asked again whenever it may have changed. */
export interface Live<T> {
  readonly value: ShallowRef<T | undefined>;
  /** Why there is none; undefined = nothing is wrong. */
  readonly fault: ShallowRef<unknown>;
  reload(): Promise<void>;
}

/** Loads now and after changes of these kinds, one load at a time; the last word wins. */
export function live<T>(app: PhoneApp, on: readonly Change[], load: () => Promise<T>): Live<T> {
  const value = shallowRef<T>();
  const fault = shallowRef<unknown>();
  let running: Promise<void> | undefined;
  let again = false;
  let over = false;
  const once = async (): Promise<void> => {
    do {
      again = false;
      try {
        const v = await load();
        if (over) return;
        [value.value, fault.value] = [v, undefined];
      } catch (err) {
        if (!over) fault.value = err;
      }
    } while (again);
  };
  const reload = (): Promise<void> => {
    if (running) again = true;
    else running = once().finally(() => (running = undefined));
    return running ?? Promise.resolve();
  };
  const stop = app.onChange((what) => {
    if (on.includes(what) && app.door === "open") void reload();
  });
  if (getCurrentScope()) {
    onScopeDispose(() => {
      over = true;
      stop();
    });
  }
  void reload();
  return { value, fault, reload };
}
