// The answers an instance holds, by path.

import { bareRecord } from "../own.ts";
import type { Values } from "../types.ts";
import { canonical, spellingOf } from "../values/canonical.ts";
import type { FormModel } from "./model.ts";
import { bare, parseXml } from "./xml.ts";

/** Reads the values of an instance. Rows without an id in their own field are left out: the engine names them anew. */
export function valuesOf(form: FormModel, instanceXml: string): Values {
  const out: Values = bareRecord();
  const root = parseXml(instanceXml).documentElement;
  const walk = (e: Element, at: string, ref: string, depth: number): void => {
    if (depth > 64) return;
    for (const c of Array.from(e.children)) {
      const childRef = `${ref}/${c.localName}`;
      let path = at + c.localName;
      if (form.repeats.has(childRef)) {
        const field = form.rowFields.get(path.replace(/\[[^\]]*\]/g, ""));
        const id = Array.from(c.children).find((x) => x.localName === field)?.textContent?.trim() ?? "";
        if (id === "") continue;
        path += `[${id}]`;
      }
      if (c.children.length > 0) walk(c, `${path}/`, childRef, depth + 1);
      else if (c.textContent) out[path] = canonical(spellingOf(form.binds.get(childRef)?.type ?? ""), c.textContent, form.orders.get(childRef));
    }
  };
  walk(root, "", `/${bare(root.nodeName)}`, 0);
  return out;
}
