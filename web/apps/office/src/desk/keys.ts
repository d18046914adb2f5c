import { onBeforeUnmount, onMounted, shallowReactive } from "vue";
import type { Key } from "../words/index.ts";

/** A key that does something on a screen. */
export interface Shortcut {
  /** As KeyboardEvent.key has it, lower case: "a", "1", "?", "arrowdown". */
  readonly key: string;
  /** What it does, for the help. */
  readonly does: Key;
  readonly run: () => void;
  /** Whether it does anything now; always where not given. */
  readonly when?: () => boolean;
  /** How the key is written in the help, where it is not the key itself. */
  readonly shown?: string;
}

const writable = 'input:not([type="checkbox"]):not([type="radio"]):not([type="button"]):not([type="submit"]), textarea, select, [contenteditable="true"], [role="combobox"], [role="listbox"]';

/** Which key was pressed; also while an input method takes it. */
export function keyOf(e: KeyboardEvent): string {
  const named = e.key.toLowerCase();
  if (named !== "process" && named !== "unidentified") return named;
  const m = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(e.code);
  return (m?.[1] ?? m?.[2] ?? named).toLowerCase();
}

/** Whether what has the focus takes the key itself. */
export function typing(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(writable)) return true;
  if ((key === "enter" || key === " ") && target.closest("button, a, summary, [role=button], [role=tab]")) return true;
  return key.startsWith("arrow") && target.closest("[role=tablist], [role=menu], [role=radiogroup], input[type=radio]") !== null;
}

/** What keys do now: each screen and part that is open adds its own, the last one first. */
export class Keys {
  readonly layers: (readonly Shortcut[])[] = shallowReactive([]);

  /** Listens. off: nobody wants single keys. A dialog that is open keeps them for itself. */
  listen(off: () => boolean, root: Document = document): () => void {
    const hear = (e: KeyboardEvent): void => {
      if (e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented || e.isComposing) return;
      const key = keyOf(e);
      if (typing(e.target, key) || (key.length === 1 && key !== "?" && off())) return;
      if (root.querySelector('[role="dialog"][aria-modal="true"]')) return;
      for (let i = this.layers.length - 1; i >= 0; i--) {
        const s = this.layers[i]?.find((x) => x.key === key && (x.when?.() ?? true));
        if (!s) continue;
        e.preventDefault();
        s.run();
        return;
      }
    };
    root.addEventListener("keydown", hear);
    return () => root.removeEventListener("keydown", hear);
  }

  add(shortcuts: readonly Shortcut[]): () => void {
    this.layers.push(shortcuts);
    return () => {
      const i = this.layers.indexOf(shortcuts);
      if (i >= 0) this.layers.splice(i, 1);
    };
  }
}

/** The keys of a screen, as long as it is there. */
export function useKeys(keys: Keys, shortcuts: readonly Shortcut[]): void {
  let off: (() => void) | undefined;
  onMounted(() => (off = keys.add(shortcuts)));
  onBeforeUnmount(() => off?.());
}
