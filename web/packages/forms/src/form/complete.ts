// What a phone needs of a form and its author may have left out. phone.xml has it already; other bytes get it here, in the copy.

import type { Bind } from "./model.ts";
import { childOf, childrenOf, patternOf } from "./xml.ts";

export interface Completed {
  /** The field that holds a row's id, by the pattern of its repeat. */
  readonly rowFields: ReadonlyMap<string, string>;
  /** What new rows are made of, by bare reference. */
  readonly patterns: ReadonlyMap<string, Element>;
  readonly completed: boolean;
}

const openrosa = "http://openrosa.org/xforms";
const javarosa = "http://openrosa.org/javarosa";

/** Gives every repeat a row id field, and the record an instanceID that stays as it is when a draft is opened again. */
export function complete(model: Element, instance: Element, binds: Map<string, Bind>, repeats: ReadonlySet<string>): Completed {
  let completed = false;

  const add = (parents: readonly Element[], name: string, attributes: Readonly<Record<string, string>>): void => {
    const [first] = parents;
    if (!first) return;
    completed = true;
    const qualified = first.prefix && first !== instance ? `${first.prefix}:${name}` : name;
    for (const p of parents) p.append(p.ownerDocument.createElementNS(p.namespaceURI, qualified));
    const ref = `${refOf(first)}/${qualified}`;
    const bind = model.ownerDocument.createElementNS(model.namespaceURI, "bind");
    bind.setAttribute("nodeset", ref);
    for (const [a, v] of Object.entries(attributes)) a === "preload" ? bind.setAttributeNS(javarosa, "jr:preload", v) : bind.setAttribute(a, v);
    model.append(bind);
    binds.set(ref.replace(/(^|\/)[^/:]+:/g, "$1"), { type: attributes["type"] ?? "string", calculate: attributes["calculate"] ?? "" });
  };

  // The record's id
  let meta = childOf(instance, "meta");
  if (!meta && !childOf(instance, "instanceID")) {
    meta = instance.ownerDocument.createElementNS(openrosa, "orx:meta");
    instance.append(meta);
  }
  if (meta && !childOf(meta, "instanceID") && !childOf(instance, "instanceID")) add([meta], "instanceID", { type: "string", readonly: "true()", preload: "uid" });
  for (const b of childrenOf(model, "bind")) {
    // A calculated id would be another one each time.
    if (!/(^|[/:])instanceID$/.test(b.getAttribute("nodeset") ?? "") || squeeze(b.getAttribute("calculate")) !== "concat('uuid:',uuid())") continue;
    b.removeAttribute("calculate");
    b.setAttributeNS(javarosa, "jr:preload", "uid");
    completed = true;
  }

  // The rows' ids
  const fresh = newRowFields(model);
  const rowFields = new Map<string, string>();
  const patterns = new Map<string, Element>();
  for (const ref of repeats) {
    const elements = findAll(instance, ref);
    const pattern = elements.find((e) => Array.from(e.attributes).some((a) => a.localName === "template")) ?? elements[0];
    if (!pattern) continue;
    patterns.set(ref, pattern);
    const known = Array.from(pattern.children).find((c) => onceUUID(binds.get(`${ref}/${c.localName}`)?.calculate) || fresh.has(`${ref}/${c.localName}`));
    let name = known?.localName ?? "row_id";
    if (!known) {
      for (let i = 2; childOf(pattern, name); i++) name = `row_id_${i}`;
      add([pattern, ...elements.filter((e) => e !== pattern)], name, { type: "string", readonly: "true()", calculate: "once(uuid())" });
    }
    rowFields.set(patternOf(ref), name);
  }
  return { rowFields, patterns, completed };
}

/** The absolute reference of an element of the primary instance, with prefixes. */
function refOf(e: Element): string {
  const names: string[] = [];
  for (let at: Element | null = e; at && at.localName !== "instance"; at = at.parentElement) names.push(at.nodeName);
  return `/${names.reverse().join("/")}`;
}

/** The elements at a bare reference, also in rows of outer repeats. */
function findAll(root: Element, ref: string): Element[] {
  return ref.split("/").slice(2).reduce<Element[]>((at, name) => at.flatMap((e) => childrenOf(e, name)), [root]);
}

function squeeze(s: string | null | undefined): string {
  return (s ?? "").replace(/\s+/g, "").replaceAll('"', "'");
}

const once = new Set(["once(uuid())", "if(string-length(.)>0,.,uuid())", "if(.='',uuid(),.)", "if(.!='',.,uuid())", "coalesce(.,uuid())"]);

function onceUUID(calculate: string | undefined): boolean {
  return once.has(squeeze(calculate));
}

/** Fields that get a uuid whenever a row is made. */
function newRowFields(model: Element): ReadonlySet<string> {
  const actions = Array.from(model.ownerDocument.getElementsByTagNameNS("*", "setvalue"));
  const refs = actions
    .filter((e) => (e.getAttribute("event") ?? "").includes("odk-new-repeat") && squeeze(e.getAttribute("value")) === "uuid()")
    .map((e) => (e.getAttribute("ref") ?? "").trim().replace(/(^|\/)[^/:]+:/g, "$1"));
  return new Set(refs);
}
