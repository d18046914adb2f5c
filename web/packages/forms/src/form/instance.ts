// From answers to an instance that the engine can open.

import { own } from "../own.ts";
import type { Rows, Values } from "../types.ts";
import { type FormModel, readForm } from "./model.ts";
import { bare, writeElement } from "./xml.ts";

export interface InstanceOptions {
  /** The record's id, with "uuid:"; without it a value at meta/instanceID stands. */
  readonly instanceID?: string;
  /** The version this one replaces. */
  readonly deprecatedID?: string;
}

/**
 * Writes the instance of a record: values by path, rows by repeat and in order. What the record has no value for is empty, also
 * where the form begins with one; a repeat that rows does not name has none, unless nobody can add any. Paths the form does not know
 * are left out: they stay in the record, untouched.
 */
export function instanceFrom(formXml: string, values: Values, rows: Rows, options: InstanceOptions = {}): string {
  return instanceOf(readForm(formXml), values, rows, options, false);
}

/** The same with a form that is read already; begun: a repeat that rows does not name keeps the rows the form begins with. */
export function instanceOf(form: FormModel, values: Values, rows: Rows, options: InstanceOptions, begun: boolean): string {
  const root = form.instance.cloneNode(true) as Element;
  const all = new Map(Object.entries(values));
  if (options.instanceID !== undefined) all.set("meta/instanceID", options.instanceID);
  if (options.deprecatedID !== undefined) all.set("meta/deprecatedID", options.deprecatedID);
  fill(root, "", `/${bare(root.nodeName)}`);
  return writeElement(root);

  function fill(parent: Element, at: string, ref: string): void {
    const done = new Set<string>();
    for (const e of Array.from(parent.children)) {
      const [name, childRef] = [e.localName, `${ref}/${e.localName}`];
      if (done.has(name)) continue;
      done.add(name);
      const path = at + name;
      if (form.repeats.has(childRef)) repeat(parent, e, path, childRef);
      else if (e.children.length > 0) fill(e, `${path}/`, childRef);
      else e.textContent = clean(all.get(path) ?? "");
    }
  }

  function repeat(parent: Element, first: Element, path: string, ref: string): void {
    const same = Array.from(parent.children).filter((c) => c.localName === first.localName);
    const ids = own(rows, path) ?? (begun || form.fixed.has(ref) ? undefined : []);
    if (!ids) return;
    const pattern = form.patterns.get(ref) ?? first;
    const field = form.rowFields.get(path.replace(/\[[^\]]*\]/g, ""));
    for (const id of ids) {
      const row = pattern.cloneNode(true) as Element;
      for (const a of Array.from(row.attributes)) if (a.localName === "template") row.removeAttributeNode(a);
      fill(row, `${path}[${id}]/`, ref);
      const holder = field === undefined ? undefined : Array.from(row.children).find((c) => c.localName === field);
      if (holder) holder.textContent = id;
      parent.insertBefore(row, first);
    }
    for (const e of same) e.remove();
  }
}

/** Without what XML cannot hold. */
function clean(s: string): string {
  return s.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
}
