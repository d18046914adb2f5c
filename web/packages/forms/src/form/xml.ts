// Reading XML with the browser's parser, for forms and instances by hostile authors.

import { FormRefused } from "../types.ts";

/** Most bytes of a form or an instance, as characters. */
const most = 8 << 20;

/** Parses XML. A document type is refused: nothing is expanded and nothing fetched. */
export function parseXml(src: string): Document {
  if (src.length > most) throw new FormRefused("too large");
  if (/<!DOCTYPE/i.test(src)) throw new FormRefused("a document type is not allowed");
  const doc = new DOMParser().parseFromString(src, "text/xml");
  if (doc.getElementsByTagName("parsererror").length > 0 || !doc.documentElement) throw new FormRefused("it is no well-formed XML");
  return doc;
}

export function writeXml(node: Node): string {
  return new XMLSerializer().serializeToString(node);
}

export function childrenOf(e: Element, name?: string): Element[] {
  return Array.from(e.children).filter((c) => name === undefined || c.localName === name);
}

export function childOf(e: Element | undefined, name: string): Element | undefined {
  return e && childrenOf(e, name)[0];
}

/** A reference without namespace prefixes: "/data/orx:meta" gives "/data/meta". */
export function bare(ref: string): string {
  return ref.replace(/(^|\/)[^/:]+:/g, "$1");
}

/** The path of an absolute reference: "/data/members/age" gives "members/age". */
export function patternOf(ref: string): string {
  return bare(ref).split("/").slice(2).join("/");
}

/** Writes an element with the prefixes it has: the engine tells names apart by them. Comments are left out. */
export function writeElement(root: Element): string {
  const spaces = new Map<string, string>();
  const name = (n: Element | Attr): string => {
    if (n.prefix && n.namespaceURI && n.prefix !== "xml") spaces.set(n.prefix, n.namespaceURI);
    return n.nodeName;
  };
  const write = (e: Element, top: boolean): string => {
    const tag = name(e);
    const attributes = Array.from(e.attributes).filter((a) => a.nodeName !== "xmlns" && a.prefix !== "xmlns").map((a) => ` ${name(a)}="${escapeXml(a.value)}"`).join("");
    const kids = Array.from(e.childNodes).map((n) => {
      if (n.nodeType === n.ELEMENT_NODE) return write(n as Element, false);
      const text = n.nodeType === n.TEXT_NODE || n.nodeType === n.CDATA_SECTION_NODE ? (n.nodeValue ?? "") : "";
      return e.children.length > 0 ? "" : escapeXml(text);
    }).join("");
    const declared = top ? `${e.namespaceURI && !e.prefix ? ` xmlns="${escapeXml(e.namespaceURI)}"` : ""}${[...spaces].map(([p, uri]) => ` xmlns:${p}="${escapeXml(uri)}"`).join("")}` : "";
    return kids === "" ? `<${tag}${declared}${attributes}/>` : `<${tag}${declared}${attributes}>${kids}</${tag}>`;
  };
  return write(root, true);
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;" };

function escapeXml(s: string): string {
  return s.replace(/[&<>"\t\n\r]/g, (c) => escapes[c] ?? c);
}
