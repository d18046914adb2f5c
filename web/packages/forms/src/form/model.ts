// What the session needs to know of a form beside what the engine tells.

import { FormRefused } from "../types.ts";
import { complete } from "./complete.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { bare, childOf, childrenOf, parseXml } from "./xml.ts";

export interface Bind {
  readonly type: string;
  readonly calculate: string;
}

export interface FormModel {
  readonly doc: Document;
  readonly title: string;
  readonly id: string;
  readonly version: string;
  /** The primary instance's root element. */
  readonly instance: Element;
  readonly model: Element;
  readonly layout: readonly Layout[];
  /** By bare reference. */
  readonly binds: ReadonlyMap<string, Bind>;
  /** The field that holds a row's id, by the pattern of its repeat: "members" → "row_id". */
  readonly rowFields: ReadonlyMap<string, string>;
  /** Bare references of repeats. */
  readonly repeats: ReadonlySet<string>;
  /** Of those, the ones whose rows nobody adds. */
  readonly fixed: ReadonlySet<string>;
  /** What new rows are made of, by bare reference of the repeat. */
  readonly patterns: ReadonlyMap<string, Element>;
  /** Whether doc differs from the bytes: see complete. */
  readonly completed: boolean;
  /** Places of values in a closed list, by the question's bare reference; undefined = the list is a file's. */
  readonly orders: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Reads a form. Throws FormRefused where it is none. */
export function readForm(src: string): FormModel {
  const doc = parseXml(src);
  const head = childOf(doc.documentElement, "head");
  const body = childOf(doc.documentElement, "body");
  const model = childOf(head, "model");
  const first = model && childrenOf(model, "instance")[0];
  const instance = first?.children[0];
  if (!head || !body || !model || !instance) throw new FormRefused("it is no XForm: head, body, model or instance is missing");

  const secrets = openSecrets(body);
  const root = `/${instance.nodeName}`;
  const binds = new Map<string, Bind>();
  for (const b of childrenOf(model, "bind")) {
    const own = bare((b.getAttribute("nodeset") ?? b.getAttribute("ref") ?? "").trim());
    const ref = own.startsWith("/") ? own : `${bare(root)}/${own}`;
    if (own) binds.set(ref, { type: bare(b.getAttribute("type") ?? "string"), calculate: b.getAttribute("calculate") ?? "" });
  }
  const layout = layoutOf(body, root);
  const repeats = new Set<string>();
  const fixed = new Set<string>();
  const orders = new Map<string, ReadonlyMap<string, number>>();
  const lists = new Map<string, ReadonlyMap<string, number> | undefined>();
  const walk = (items: readonly Layout[]): void => {
    for (const item of items) {
      if (item.kind === "repeat") repeats.add(bare(item.ref));
      if (item.kind === "repeat" && item.fixed) fixed.add(bare(item.ref));
      if (item.kind === "question") {
        const order = orderOf(item.element, model, lists);
        if (order) orders.set(bare(item.ref), order);
      } else walk(item.children);
    }
  };
  walk(layout);
  const { rowFields, patterns, completed } = complete(model, instance, binds, repeats);
  return {
    doc, model, instance, layout, binds, rowFields, repeats, fixed, patterns, completed: completed || secrets, orders, title: childOf(head, "title")?.textContent?.trim() ?? "",
    id: instance.getAttribute("id") ?? "", version: instance.getAttribute("version") ?? "",
  };
}

/** The first element at a bare absolute reference. */
export function find(root: Element, ref: string): Element | undefined {
  let at: Element | undefined = root;
  for (const name of ref.split("/").slice(2)) at = childOf(at, name);
  return at;
}

/** The engine has no secret inputs: they become masked ones. Says whether there were any. */
function openSecrets(body: Element): boolean {
  const secrets = Array.from(body.getElementsByTagNameNS("*", "secret"));
  for (const e of secrets) {
    const input = e.ownerDocument.createElementNS(e.namespaceURI, "input");
    for (const a of Array.from(e.attributes)) input.setAttributeNS(a.namespaceURI, a.name, a.value);
    input.setAttribute("appearance", `${e.getAttribute("appearance") ?? ""} masked`.trim());
    input.append(...Array.from(e.childNodes));
    e.replaceWith(input);
  }
  return secrets.length > 0;
}

/** The places of a question's choices, where the form itself has them. */
function orderOf(e: Element, model: Element, lists: Map<string, ReadonlyMap<string, number> | undefined>): ReadonlyMap<string, number> | undefined {
  const itemset = childOf(e, "itemset");
  if (!itemset) {
    const items = childrenOf(e, "item");
    return items.length === 0 ? undefined : places(items.map((i) => childOf(i, "value")?.textContent?.trim() ?? ""));
  }
  const id = /instance\(\s*['"]([^'"]+)['"]\s*\)/.exec(itemset.getAttribute("nodeset") ?? "")?.[1];
  if (!id) return undefined;
  const field = bare(childOf(itemset, "value")?.getAttribute("ref") ?? "name");
  const key = `${id}\n${field}`;
  if (!lists.has(key)) {
    const instance = childrenOf(model, "instance").find((i) => i.getAttribute("id") === id);
    const items = instance?.hasAttribute("src") ? undefined : instance?.children[0]?.children;
    lists.set(key, items && places(Array.from(items, (i) => childOf(i, field)?.textContent?.trim() ?? "")));
  }
  return lists.get(key);
}

function places(values: readonly string[]): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const v of values) if (!out.has(v)) out.set(v, out.size);
  return out;
}
