// Texts of the form that the engine does not give: titles of groups without a node, guidance, labels of rows. Their parts are kept as
// they are, so that answers in them are read anew.

import { childOf, childrenOf } from "./xml.ts";

/** A piece of text, or a reference to an answer. */
export type Piece = { readonly text: string } | { readonly ref: string };

const media = new Set(["image", "audio", "video", "big-image"]);

/** Itext by language and id. */
export class Itext {
  readonly #texts = new Map<string, Map<string, Element>>();
  #default = "";

  constructor(model: Element) {
    for (const t of childrenOf(childOf(model, "itext") ?? model.ownerDocument.createElement("none"), "translation")) {
      const language = t.getAttribute("lang") ?? "";
      const texts = new Map<string, Element>();
      for (const text of childrenOf(t, "text")) texts.set(text.getAttribute("id") ?? "", text);
      this.#texts.set(language, texts);
      if (this.#default === "" || /true/.test(t.getAttribute("default") ?? "")) this.#default = language;
    }
  }

  /** What a label or hint element says. Form is "guidance", or "" for the text itself. */
  of(element: Element | undefined, language: string, form: "" | "guidance" = ""): readonly Piece[] {
    if (!element) return [];
    const id = /^\s*jr:itext\(\s*['"]([^'"]*)['"]\s*\)\s*$/.exec(element.getAttribute("ref") ?? "")?.[1];
    if (id === undefined) return form === "" ? pieces(element) : [];
    const text = (this.#texts.get(language) ?? this.#texts.get(this.#default))?.get(id);
    const values = text ? childrenOf(text, "value") : [];
    const value = values.find((v) => {
      const f = v.getAttribute("form") ?? "";
      return form === "" ? f === "" || f === "long" : f === form && !media.has(f);
    });
    return value ? pieces(value) : [];
  }
}

function pieces(e: Element): Piece[] {
  return Array.from(e.childNodes).flatMap((n): Piece[] => {
    if (n.nodeType === n.TEXT_NODE || n.nodeType === n.CDATA_SECTION_NODE) return n.nodeValue ? [{ text: n.nodeValue }] : [];
    if (n.nodeType === n.ELEMENT_NODE && (n as Element).localName === "output") {
      return [{ ref: ((n as Element).getAttribute("value") ?? (n as Element).getAttribute("ref") ?? "").trim() }];
    }
    return [];
  });
}
