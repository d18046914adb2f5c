// The copy of a form that the engine gets. The form's own bytes stay as they are.

import { FormRefused, type Values } from "../types.ts";
import { find, readForm } from "./model.ts";
import { bare, childrenOf, writeXml } from "./xml.ts";

/** Forms of a text that the engine tells apart; it runs any other into the label. */
const told = new Set(["", "long", "image", "audio", "video"]);

/** The form for the engine: forms of texts it does not know taken out, and the values a new record begins with put in. */
export function prepare(src: string, preset: Values, completed: boolean): string {
  const paths = Object.entries(preset);
  if (!completed && paths.length === 0 && !/<(\w+:)?value\s[^>]*form\s*=/.test(src)) return src;
  const form = readForm(src);
  for (const v of Array.from(form.model.getElementsByTagNameNS("*", "value"))) {
    if (!told.has(v.getAttribute("form") ?? "")) v.remove();
  }
  for (const [path, value] of paths) {
    const e = path.includes("[") ? undefined : find(form.instance, `/${bare(form.instance.nodeName)}/${path}`);
    if (!e || e.children.length > 0) throw new FormRefused(`the form has no question ${path} to begin with`);
    e.textContent = value;
    for (const b of childrenOf(form.model, "bind")) {
      // What the caller says goes over what the form would write there by itself.
      if (bare(b.getAttribute("nodeset") ?? "") === `/${bare(form.instance.nodeName)}/${path}`) for (const a of Array.from(b.attributes)) if (a.localName === "preload" || a.localName === "preloadParams") b.removeAttributeNode(a);
    }
  }
  return writeXml(form.doc);
}
