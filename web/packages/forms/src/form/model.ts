// What the session needs to know of a form beside what the engine tells.

import { FormRefused } from "../types.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { bare, childOf, childrenOf, parseXml, patternOf } from "./xml.ts";

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
  /** What new rows are made of, by bare reference of the repeat. */
  readonly patterns: ReadonlyMap<string, Element>;
  /** Whether fields were added that the bytes do not have: a row id, a deprecatedID. */
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

  const root = `/${instance.nodeName}`;
  const binds = new Map<string, Bind>();
  for (const b of childrenOf(model, "bind")) {
    const ref = bare((b.getAttribute("nodeset") ?? b.getAttribute("ref") ?? "").trim());
    if (ref) binds.set(ref, { type: bare(b.getAttribute("type") ?? "string"), calculate: b.getAttribute("calculate") ?? "" });
  }
  const layout = layoutOf(body, root);
  const repeats = new Set<string>();
  const orders = new Map<string, ReadonlyMap<string, number>>();
  const lists = new Map<string, ReadonlyMap<string, number> | undefined>();
  const walk = (items: readonly Layout[]): void => {
    for (const item of items) {
      if (item.kind === "repeat") repeats.add(bare(item.ref));
      if (item.kind === "question") {
        const order = orderOf(item.element, model, lists);
        if (order) orders.set(bare(item.ref), order);
      } else walk(item.children);
    }
  };
  walk(layout);
  const { rowFields, patterns, completed } = rowsOf(model, instance, binds, repeats);
  return {
    doc, model, instance, layout, binds, rowFields, repeats, patterns, completed, orders, title: childOf(head, "title")?.textContent?.trim() ?? "",
    id: instance.getAttribute("id") ?? "", version: instance.getAttribute("version") ?? "",
  };
}

/** The first element at a bare absolute reference. */
export function find(root: Element, ref: string): Element | undefined {
  let at: Element | undefined = root;
  for (const name of ref.split("/").slice(2)) at = childOf(at, name);
  return at;
}

/** Where each repeat keeps its row id. A repeat without such a field gets one, as phone.xml has it. */
function rowsOf(model: Element, instance: Element, binds: Map<string, Bind>, repeats: ReadonlySet<string>): Pick<FormModel, "rowFields" | "patterns" | "completed"> {
  const fresh = newRepeatFields(model);
  const rowFields = new Map<string, string>();
  const patterns = new Map<string, Element>();
  let completed = false;
  for (const ref of repeats) {
    const elements = findAll(instance, ref);
    const pattern = elements.find((e) => Array.from(e.attributes).some((a) => a.localName === "template")) ?? elements[0];
    if (!pattern) continue;
    patterns.set(ref, pattern);
    const known = Array.from(pattern.children).find((c) => onceUUID(binds.get(`${ref}/${c.localName}`)?.calculate ?? "") || fresh.has(`${ref}/${c.localName}`));
    let name = known?.localName ?? "row_id";
    if (!known) {
      for (let i = 2; childOf(pattern, name); i++) name = `row_id_${i}`;
      completed = true;
      for (const e of elements) e.append(e.ownerDocument.createElementNS(e.namespaceURI, name));
      const bind = model.ownerDocument.createElementNS(model.namespaceURI, "bind");
      for (const [a, v] of Object.entries({ nodeset: `${prefixedRef(pattern)}/${name}`, type: "string", readonly: "true()", calculate: "once(uuid())" })) bind.setAttribute(a, v);
      model.append(bind);
      binds.set(`${ref}/${name}`, { type: "string", calculate: "once(uuid())" });
    }
    rowFields.set(patternOf(ref), name);
  }
  return { rowFields, patterns, completed };
}

function prefixedRef(e: Element): string {
  const names: string[] = [];
  for (let at: Element | null = e; at && at.localName !== "instance"; at = at.parentElement) names.push(at.nodeName);
  return `/${names.reverse().join("/")}`;
}

/** The elements at a bare reference, also in rows of outer repeats. */
function findAll(root: Element, ref: string): Element[] {
  return ref.split("/").slice(2).reduce<Element[]>((at, name) => at.flatMap((e) => childrenOf(e, name)), [root]);
}

const once = new Set(["once(uuid())", "if(string-length(.)>0,.,uuid())", "if(.='',uuid(),.)", "if(.!='',.,uuid())", "coalesce(.,uuid())"]);

function onceUUID(calculate: string): boolean {
  return once.has(calculate.replace(/\s+/g, ""));
}

/** Fields that get a uuid whenever a row is made. */
function newRepeatFields(model: Element): ReadonlySet<string> {
  const refs = Array.from(model.ownerDocument.getElementsByTagNameNS("*", "setvalue"))
    .filter((e) => (e.getAttribute("event") ?? "").includes("odk-new-repeat") && (e.getAttribute("value") ?? "").replace(/\s+/g, "") === "uuid()")
    .map((e) => bare((e.getAttribute("ref") ?? "").trim()));
  return new Set(refs);
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
