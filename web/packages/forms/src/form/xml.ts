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
