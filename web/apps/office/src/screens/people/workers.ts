import type { components } from "@ruhu/api";
import { shallowRef, type ShallowRef, watch } from "vue";
import type { Desk } from "../../desk/desk.ts";

export type Worker = components["schemas"]["Worker"];

/** The workers of the street that the desk is about. */
export function useWorkers(desk: Desk): { readonly workers: ShallowRef<readonly Worker[]>; name(id: string): string } {
  const workers = shallowRef<readonly Worker[]>([]);
  watch(desk.street, async (street) => {
    workers.value = [];
    if (street && desk.can("workers.read")) workers.value = (await desk.client.call("get", "/v1/workers", { query: { street } }).catch(() => ({ items: [] }))).items;
  }, { immediate: true });
  return {
    workers,
    name(id) {
      const w = workers.value.find((x) => x.id === id);
      return w ? `${w.name} ${w.code}` : id;
    },
  };
}
