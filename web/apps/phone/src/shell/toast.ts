import { readonly, ref } from "vue";

const text = ref("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** What was just done, said once. */
export const toast = readonly(text);

export function tell(words: string): void {
  text.value = words;
  clearTimeout(timer);
  timer = setTimeout(() => (text.value = ""), 5000);
}

export function clearToast(): void {
  clearTimeout(timer);
  text.value = "";
}
