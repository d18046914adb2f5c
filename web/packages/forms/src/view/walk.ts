// Going through a form: which page is seen, of the form or of a row, and where to go from there.

import { computed, type ComputedRef, ref, type Ref } from "vue";
import { shows } from "../session/shows.ts";
import type { FormError, FormSession, Item, Page, Question } from "../types.ts";

/** Where someone is in a form. */
export interface Where {
  /** Open rows, outer first. */
  readonly rows: readonly string[];
  /** The key of the page, "end" = after the last. */
  readonly page: string;
  /** The question that had the focus. */
  readonly path?: string;
}

export interface Walk {
  readonly where: Ref<Where>;
  readonly row: ComputedRef<string | undefined>;
  readonly pages: ComputedRef<readonly Page[]>;
  readonly index: ComputedRef<number>;
  /** undefined at the end. */
  readonly page: ComputedRef<Page | undefined>;
  readonly atEnd: ComputedRef<boolean>;
  readonly first: ComputedRef<boolean>;
  readonly last: ComputedRef<boolean>;
  next(): void;
  back(): void;
  go(w: Where): void;
  openRow(path: string): void;
  closeRow(): void;
  /** Goes to the page of a question; false where it is not asked. */
  to(path: string): boolean;
}

export function useWalk(session: FormSession, start: Where | undefined): Walk {
  const where = ref<Where>(start && start.rows.every((r) => session.pages(r).length > 0) ? start : { rows: [], page: start?.rows.length ? "" : (start?.page ?? "") });
  /** Pages that were left for a row, by depth. */
  const left: string[] = [];
  let seen = 0;

  const row = computed(() => where.value.rows.at(-1));
  const pages = computed(() => session.pages(row.value));
  const atEnd = computed(() => row.value === undefined && (where.value.page === "end" || pages.value.length === 0));
  const index = computed(() => {
    if (atEnd.value) return pages.value.length;
    const at = pages.value.findIndex((p) => p.key === where.value.page);
    // The page does not apply any more: the one that took its place.
    return (seen = at >= 0 ? at : where.value.page === "" ? 0 : Math.max(0, Math.min(seen, pages.value.length - 1)));
  });
  const page = computed(() => pages.value[index.value]);

  function show(i: number): void {
    const p = pages.value[i];
    if (p) where.value = { rows: where.value.rows, page: p.key };
    else if (i >= pages.value.length && row.value === undefined) where.value = { rows: [], page: "end" };
    else closeRow();
  }

  function openRow(path: string): void {
    left[where.value.rows.length] = page.value?.key ?? "";
    where.value = { rows: [...where.value.rows, path], page: "" };
  }

  function closeRow(): void {
    const path = row.value;
    if (path === undefined) return;
    const rows = where.value.rows.slice(0, -1);
    const list = session.place(path)?.page ?? left[rows.length] ?? "";
    where.value = { rows, page: list, path };
  }

  function to(path: string): boolean {
    const place = session.place(path);
    if (place) where.value = { rows: place.rows, page: place.page, path };
    return !!place;
  }

  return {
    where, row, pages, index, page, atEnd, openRow, closeRow, to,
    first: computed(() => index.value === 0 && row.value === undefined),
    last: computed(() => index.value >= pages.value.length - 1),
    next: () => show(index.value + 1),
    back: () => (index.value === 0 ? closeRow() : show(index.value - 1)),
    go: (w) => void (where.value = w),
  };
}

/** The questions that are seen on a page, in order. */
export function questionsOf(items: readonly Item[]): Question[] {
  return items.filter(shows).flatMap((i) => (i.kind === "question" ? [i] : i.kind === "section" ? questionsOf(i.items) : []));
}

/** What is wrong on a page. */
export function errorsOn(session: FormSession, page: Page | undefined): FormError[] {
  return questionsOf(page?.items ?? []).flatMap((q) => session.error(q.path) ?? []);
}
