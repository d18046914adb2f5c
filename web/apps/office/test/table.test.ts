// @vitest-environment jsdom
import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, test, vi } from "vitest";
import { defineComponent, h, nextTick } from "vue";
import { createMemoryHistory, createRouter, type Router } from "vue-router";
import { csvOf } from "../src/table/csv.ts";
import { useFilters } from "../src/table/filters.ts";
import { type Pages, usePages } from "../src/table/pages.ts";

describe("CSV", () => {
  test("keeps codes, quotes what needs it, and never gives a spreadsheet a formula", () => {
    expect(csvOf(["编码", "a"], [["990101001201003", "x"]])).toBe("\uFEFF编码,a\r\n990101001201003,x\r\n");
    expect(csvOf(["a"], [['say "no", twice']])).toContain('"say ""no"", twice"');
    for (const evil of ["=1+1", "+1+1", "@SUM(A1)", "-1+1", "\tx"]) expect(csvOf(["a"], [[evil]]).split("\r\n")[1]?.replace(/^"/, ""), evil).toMatch(/^'/);
    expect(csvOf(["a"], [["-99"]]).split("\r\n")[1]).toBe("-99");
    expect(csvOf(["a"], [["two\nlines"]])).toContain('"two\nlines"');
  });
});

interface Row { readonly id: string }

async function list(load: (q: { readonly status: string }, cursor: string | undefined) => Promise<{ items: readonly Row[]; next?: string }>): Promise<{ pages: Pages<Row>; router: Router; set: (v: string) => void; done: () => void }> {
  let pages: Pages<Row> | undefined;
  let set: ((v: string) => void) | undefined;
  const One = defineComponent({
    setup() {
      const f = useFilters(["status"] as const);
      set = (v) => (f.status.value = v);
      pages = usePages<Row, { status: string }>(() => ({ status: f.status.value }), load);
      return () => h("p", pages?.items.value.map((r) => r.id).join(" "));
    },
  });
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/list", name: "list", component: One }] });
  await router.push("/list");
  const w = mount({ template: "<RouterView />" }, { global: { plugins: [router] } });
  await settle();
  if (!pages || !set) throw new Error("not mounted");
  return { pages, router, set, done: () => w.unmount() };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    await nextTick();
    await Promise.resolve();
  }
}

const all = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ id: `r${i}` }));
/** A server with 5 rows, 2 a page. */
function five(q: { readonly status: string }, cursor: string | undefined): Promise<{ items: Row[]; next?: string }> {
  const from = Number(cursor ?? 0);
  const rows = all(q.status === "few" ? 1 : 5);
  return Promise.resolve({ items: rows.slice(from, from + 2), ...(from + 2 < rows.length && { next: String(from + 2) }) });
}

describe("keyset pages", () => {
  let done: (() => void) | undefined;
  afterEach(() => done?.());

  test("go on and back, and stand in the address", async () => {
    const l = await list(five);
    done = l.done;
    const ids = (): string => l.pages.items.value.map((r) => r.id).join(" ");
    expect(ids()).toBe("r0 r1");
    expect([l.pages.first.value, l.pages.more.value, l.pages.number.value]).toEqual([true, true, 1]);
    l.pages.next();
    await vi.waitFor(() => expect(ids()).toBe("r2 r3"));
    expect(l.router.currentRoute.value.query).toEqual({ after: "2" });
    expect(l.pages.number.value).toBe(2);
    l.pages.next();
    await vi.waitFor(() => expect(ids()).toBe("r4"));
    expect(l.pages.more.value).toBe(false);
    l.pages.back();
    await vi.waitFor(() => expect(ids()).toBe("r2 r3"));
    l.router.back();
    await vi.waitFor(() => expect(ids()).toBe("r4"));
  });

  test("begin anew with another filter", async () => {
    const l = await list(five);
    done = l.done;
    l.pages.next();
    await vi.waitFor(() => expect(l.router.currentRoute.value.query["after"]).toBe("2"));
    l.set("few");
    await vi.waitFor(() => expect(l.pages.items.value.map((r) => r.id)).toEqual(["r0"]));
    expect(l.router.currentRoute.value.query).toEqual({ status: "few" });
    expect(l.pages.first.value).toBe(true);
  });

  test("show what the filter says now, whichever answer comes first", async () => {
    const open = new Map<string, (rows: Row[]) => void>();
    const l = await list((q) => new Promise((go) => open.set(q.status, (items) => go({ items }))));
    done = l.done;
    l.set("new");
    await vi.waitFor(() => expect(open.has("new")).toBe(true));
    open.get("new")?.([{ id: "new" }]);
    await settle();
    open.get("")?.([{ id: "old" }]);
    await settle();
    expect(l.pages.items.value).toEqual([{ id: "new" }]);
  });

  test("keep what is there when asking again fails, and say so", async () => {
    let broken = false;
    const l = await list((q, c) => (broken ? Promise.reject(new Error("away")) : five(q, c)));
    done = l.done;
    broken = true;
    await l.pages.reload();
    expect(l.pages.items.value).toHaveLength(2);
    expect(l.pages.problem.value?.code).toBe("internal");
    broken = false;
    await l.pages.reload();
    expect(l.pages.problem.value).toBeUndefined();
  });
});
