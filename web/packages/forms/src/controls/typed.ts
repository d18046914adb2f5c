import { onBeforeUnmount, ref, type Ref, watch } from "vue";
import type { Question } from "../types.ts";
import { type Answer, useForm } from "../view/context.ts";

/** What a control is given. */
export interface ControlProps {
  readonly q: Question;
  readonly id: string;
  readonly labelId: string;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
}

/** How long typing rests before it is written, in ms. */
const rest = 250;

export interface Typed {
  readonly text: Ref<string>;
  input(e: Event): void;
  flush(): void;
}

/**
 * A field people type in: written when typing rests, when the field is left and when the page goes. parse gives the value, undefined
 * where what was typed is none; shown gives what stands in the field for a value.
 */
export function useTyped(q: () => Question, answer: Answer, parse: (typed: string) => string | undefined, shown: (value: string) => string): Typed {
  const form = useForm();
  const now = (): string => form.session.refused(q().path) || shown(q().value);
  const text = ref(now());
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch(() => q().value, (value) => {
    if (timer === undefined && parse(text.value) !== value) text.value = now();
  });

  function flush(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    if (answer.locked.value || !q().relevant) return;
    const value = parse(text.value);
    if (value === undefined) answer.refuse(text.value);
    else answer.set(value);
  }

  function input(e: Event): void {
    text.value = (e.target as HTMLInputElement).value;
    clearTimeout(timer);
    timer = setTimeout(flush, rest);
  }

  // Nothing typed is left behind when the app goes out of sight.
  document.addEventListener("visibilitychange", flush, { capture: true });
  onBeforeUnmount(() => {
    document.removeEventListener("visibilitychange", flush, { capture: true });
    flush();
  });
  return { text, input, flush };
}
