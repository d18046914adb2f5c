// The form as pages: a group that wants to be seen at once is one, a repeat is one, and loose questions are put together a few at a time.

import { addRow, type GroupNode, type Node, type RangeNode, type RowNode, type ScopeNode, wordsOf } from "../engine/engine.ts";
import type { Layout, LayoutGroup, LayoutRepeat } from "../form/layout.ts";
import { bare, childOf } from "../form/xml.ts";
import type { Item, Page, Repeat, RepeatRow, Section, Words } from "../types.ts";
import type { Inside } from "./inside.ts";
import { isLeaf, isRange } from "./scope.ts";
import { shows } from "./shows.ts";

/** Most loose questions on one page. */
const most = 8;

/** Most answers in the summary of a row. */
const summarised = 3;

interface Plan {
  readonly key: string;
  readonly groups: readonly LayoutGroup[];
  readonly items: readonly Layout[];
}

const plans = new WeakMap<readonly Layout[], readonly Plan[]>();

/** The pages of a form or a repeat, also those that do not apply. */
function planOf(items: readonly Layout[]): readonly Plan[] {
  const known = plans.get(items);
  if (known) return known;
  const out: Plan[] = [];
  const read = (children: readonly Layout[], groups: readonly LayoutGroup[]): void => {
    let loose: Layout[] = [];
    const flush = (): void => {
      const pages = Math.ceil(loose.length / most);
      for (let i = 0; i < pages; i++) {
        const part = loose.slice(Math.floor((i * loose.length) / pages), Math.floor(((i + 1) * loose.length) / pages));
        out.push({ key: `p${out.length}`, groups, items: part });
      }
      loose = [];
    };
    for (const item of children) {
      if (item.kind === "question") loose.push(item);
      else {
        flush();
        if (item.kind === "repeat") out.push({ key: `p${out.length}`, groups, items: [item] });
        else if (item.appearances.has("table-list")) out.push({ key: `p${out.length}`, groups, items: [item] });
        else if (item.appearances.has("field-list")) out.push({ key: `p${out.length}`, groups: [...groups, item], items: item.children });
        else read(item.children, [...groups, item]);
      }
    }
    flush();
  };
  read(items, []);
  plans.set(items, out);
  return out;
}

export class Pages {
  readonly #in: Inside;
  readonly #sections = new WeakMap<ScopeNode, Map<string, Section>>();
  readonly #repeats = new WeakMap<Node, Repeat>();

  constructor(inside: Inside) {
    this.#in = inside;
  }

  /** The pages of the form or of a row that have something to show. */
  pages(scope: ScopeNode): readonly Page[] {
    const out: Page[] = [];
    for (const plan of planOf(this.#layoutOf(scope))) {
      if (plan.groups.some((g) => !this.#relevant(scope, g))) continue;
      const items = this.#items(scope, plan.items);
      if (items.some(shows)) out.push({ key: plan.key, titles: plan.groups.map((g) => this.#label(scope, g)?.text ?? "").filter(Boolean), items });
    }
    return out;
  }

  /** The key of the page a question or repeat is on. */
  pageOf(scope: ScopeNode, ref: string): string | undefined {
    const holds = (l: Layout): boolean => (l.kind === "group" ? l.children.some(holds) : bare(l.ref) === ref);
    return planOf(this.#layoutOf(scope)).find((p) => p.items.some(holds))?.key;
  }

  repeat(node: RangeNode): Repeat | undefined {
    const layout = this.#repeatLayout(node);
    return layout && this.#repeatOf(node, layout);
  }

  add(node: RangeNode): RowNode | undefined {
    return addRow(node) ? node.currentState.children.at(-1) : undefined;
  }

  #layoutOf(scope: ScopeNode): readonly Layout[] {
    return scope.nodeType === "root" ? this.#in.form.layout : (this.#repeatLayout(scope.parent as RangeNode)?.children ?? []);
  }

  #repeatLayout(node: RangeNode): LayoutRepeat | undefined {
    return this.#in.repeatLayouts.get(bare((node.definition as { readonly nodeset: string }).nodeset));
  }

  #items(scope: ScopeNode, layout: readonly Layout[]): readonly Item[] {
    return layout.flatMap((l): Item[] => {
      if (l.kind === "group") return [this.#section(scope, l)];
      const node = this.#in.places.find(scope, bare(l.ref));
      if (!node) return [];
      if (l.kind === "repeat") return isRange(node) ? [this.#repeatOf(node, l)] : [];
      const q = this.#in.question(node);
      return q ? [q] : [];
    });
  }

  #group(scope: ScopeNode, l: LayoutGroup): GroupNode | undefined {
    const node = l.ref === undefined ? undefined : this.#in.places.find(scope, bare(l.ref));
    return node?.nodeType === "group" ? node : undefined;
  }

  #relevant(scope: ScopeNode, l: LayoutGroup): boolean {
    return this.#group(scope, l)?.currentState.relevant ?? true;
  }

  #label(scope: ScopeNode, l: LayoutGroup): Words | undefined {
    const node = this.#group(scope, l);
    return node ? wordsOf(node.currentState.label) : this.#in.words(childOf(l.element, "label"), scope);
  }

  #section(scope: ScopeNode, l: LayoutGroup): Section {
    let of = this.#sections.get(scope);
    if (!of) this.#sections.set(scope, (of = new Map()));
    const known = of.get(l.key);
    if (known) return known;
    const pages = this;
    const node = this.#group(scope, l);
    const section: Section = {
      kind: "section", key: l.key, table: l.appearances.has("table-list"),
      get path() { return node ? pages.#in.places.path(node) : ""; },
      get label() { return pages.#label(scope, l); },
      get relevant() { return pages.#relevant(scope, l); },
      get items() { return pages.#items(scope, l.children); },
    };
    of.set(l.key, section);
    return section;
  }

  #repeatOf(node: RangeNode, l: LayoutRepeat): Repeat {
    const known = this.#repeats.get(node);
    if (known) return known;
    const pages = this;
    const repeat: Repeat = {
      kind: "repeat", key: node.nodeId, free: node.nodeType === "repeat-range:uncontrolled" && !l.fixed,
      get path() { return pages.#in.places.path(node); },
      get label() { return wordsOf(node.currentState.label) ?? pages.#in.words(childOf(l.element, "label"), node); },
      get relevant() { return node.currentState.relevant; },
      get rows() { return node.currentState.children.filter((r: RowNode) => r.currentState.relevant && pages.#in.places.rowID(r) !== "").map((r: RowNode) => pages.#row(r)); },
    };
    this.#repeats.set(node, repeat);
    return repeat;
  }

  #row(row: RowNode): RepeatRow {
    const pages = this;
    return {
      id: this.#in.places.rowID(row),
      path: this.#in.places.path(row),
      get summary() { return pages.#summary(row); },
      get errors() { return pages.#in.faults(row); },
    };
  }

  /** The first answers of a row in the order they are asked. */
  #summary(row: RowNode): string {
    const out: string[] = [];
    const walk = (items: readonly Layout[]): void => {
      for (const l of items) {
        if (out.length === summarised) return;
        if (l.kind === "group") walk(l.children);
        if (l.kind !== "question") continue;
        const node = this.#in.places.find(row, bare(l.ref));
        if (!node || !isLeaf(node) || node.nodeType === "note" || !node.currentState.relevant) continue;
        const text = this.#in.shown(node);
        if (text !== "") out.push(text.length > 40 ? `${text.slice(0, 40)}…` : text);
      }
    };
    walk(this.#layoutOf(row));
    return out.join(" · ");
  }
}
