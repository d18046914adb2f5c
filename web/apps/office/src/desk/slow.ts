import { onBeforeUnmount, type Ref, ref, watch } from "vue";

/** Whether something has been under way for so long that it should be said. What is quick does not flicker. */
export function useSlow(busy: () => boolean, after = 250): Ref<boolean> {
  const slow = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(busy, (on) => {
    clearTimeout(timer);
    slow.value = false;
    if (on) timer = setTimeout(() => (slow.value = true), after);
  }, { immediate: true });
  onBeforeUnmount(() => clearTimeout(timer));
  return slow;
}
