import type { Problem } from "@ruhu/api";
import { computed, type ComputedRef, onBeforeUnmount, ref, type Ref, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { problemFrom } from "../desk/client.ts";

/** One page of a list, as the server gives it. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface Pages<T> {
  readonly items: Readonly<Ref<readonly T[]>>;
  readonly problem: Readonly<Ref<Problem | undefined>>;
  /** Nothing of this list has come yet, or what is shown is being replaced. */
  readonly loading: Readonly<Ref<boolean>>;
  /** Something has come since the list was asked for. */
  readonly ready: Readonly<Ref<boolean>>;
  readonly more: ComputedRef<boolean>;
  readonly first: ComputedRef<boolean>;
  /** Number of the page, from 1; undefined where somebody came by an address. */
  readonly number: ComputedRef<number | undefined>;
  next(): void;
  back(): void;
  /** Asks for the same page again, and shows the old one until it comes. */
  reload(): Promise<void>;
}

/**
 * A list of keyset pages. ask is what the list is about; another value begins at the first page. Where the page begins stands in the
 * address (?after=), so that the browser's way back leads to it.
 */
export function usePages<T, Q>(ask: () => Q | undefined, load: (q: Q, cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<T>>): Pages<T> {
  const route = useRoute();
  const router = useRouter();
  const items = shallowRef<readonly T[]>([]);
  const nextCursor = ref<string>();
  const problem = shallowRef<Problem>();
  const loading = ref(true);
  const ready = ref(false);
  const trail = ref<string[]>([]); // cursors of the pages before this one, "" the first
  const cursor = computed(() => String(route.query["after"] ?? ""));
  const what = computed(() => JSON.stringify(ask() ?? null));
  const home = route.name;
  let flight: AbortController | undefined;

  async function get(): Promise<void> {
    flight?.abort();
    const q = ask();
    if (q === undefined) return;
    const mine = new AbortController();
    flight = mine;
    loading.value = true;
    try {
      const page = await load(q, cursor.value || undefined, mine.signal);
      if (mine.signal.aborted) return;
      [items.value, nextCursor.value, problem.value, ready.value] = [page.items, page.next, undefined, true];
    } catch (err) {
      if (!mine.signal.aborted) problem.value = problemFrom(err);
    }
    if (!mine.signal.aborted) loading.value = false;
  }

  watch([what, cursor], ([now, at], [before]) => {
    if (route.name !== home) return;
    if (before !== undefined && now !== before) {
      trail.value = [];
      if (at !== "") {
        void router.replace({ query: { ...route.query, after: undefined } });
        return;
      }
      ready.value = false;
      items.value = [];
    }
    void get();
  }, { immediate: true });
  onBeforeUnmount(() => flight?.abort());

  return {
    items, problem, loading, ready,
    more: computed(() => !!nextCursor.value),
    first: computed(() => cursor.value === ""),
    number: computed(() => (cursor.value === "" ? 1 : trail.value.length > 0 ? trail.value.length + 1 : undefined)),
    next() {
      if (!nextCursor.value) return;
      trail.value.push(cursor.value);
      void router.push({ query: { ...route.query, after: nextCursor.value } });
    },
    back() {
      const before = trail.value.pop();
      void router.push({ query: { ...route.query, after: before || undefined } });
    },
    reload: get,
  };
}
