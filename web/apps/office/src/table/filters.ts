import { computed, type WritableComputedRef } from "vue";
import { type LocationQueryValue, useRoute, useRouter } from "vue-router";

/** Filters that stand in the address, by name; "" = not set. Setting one begins the list anew. */
export function useFilters<N extends string>(names: readonly N[]): { readonly [K in N]: WritableComputedRef<string> } & { clear(): void; readonly any: boolean } {
  const route = useRoute();
  const router = useRouter();
  let pending: Record<string, string | undefined> | undefined;

  /** Several filters set at once are one step. */
  function set(name: N, value: string): void {
    if (!pending) {
      pending = {};
      queueMicrotask(() => {
        const query: Record<string, LocationQueryValue | LocationQueryValue[] | undefined> = { ...route.query, after: undefined };
        for (const [k, v] of Object.entries(pending ?? {})) query[k] = v === "" ? undefined : v;
        pending = undefined;
        void router.replace({ query });
      });
    }
    pending[name] = value;
  }

  const out = {} as Record<string, unknown>;
  for (const name of names) {
    out[name] = computed({
      get: () => String(route.query[name] ?? ""),
      set: (v: string | undefined) => set(name, v ?? ""),
    });
  }
  out["clear"] = () => names.forEach((n) => set(n, ""));
  Object.defineProperty(out, "any", { get: () => names.some((n) => route.query[n]) });
  return out as never;
}
