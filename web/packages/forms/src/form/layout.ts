// The body of a form as a tree. The engine knows only questions and groups that have a node; pages of the built-in forms are groups
// without one, so the tree is read here.

import { childOf, childrenOf } from "./xml.ts";

export interface LayoutQuestion {
  readonly kind: "question";
  readonly ref: string;
  readonly element: Element;
}

export interface LayoutGroup {
  readonly kind: "group";
  /** undefined = it has no node. */
  readonly ref: string | undefined;
  readonly element: Element;
  readonly appearances: ReadonlySet<string>;
  readonly children: readonly Layout[];
  readonly key: string;
}

export interface LayoutRepeat {
  readonly kind: "repeat";
  readonly ref: string;
  /** Where the label stands: the group around it, or itself. */
  readonly element: Element;
  /** The form says that people add and remove no rows. */
  readonly fixed: boolean;
  readonly appearances: ReadonlySet<string>;
  readonly children: readonly Layout[];
}

export type Layout = LayoutQuestion | LayoutGroup | LayoutRepeat;

const controls = new Set(["input", "select", "select1", "range", "rank", "trigger", "upload"]);

export function appearancesOf(e: Element): ReadonlySet<string> {
  return new Set((e.getAttribute("appearance") ?? "").split(/\s+/).filter(Boolean));
}

/** Reads the body; nesting deeper than 64 is cut. */
export function layoutOf(body: Element, root: string): readonly Layout[] {
  let groups = 0;

  function refOf(e: Element, parent: string, attribute = "ref"): string | undefined {
    const own = e.getAttribute(attribute) ?? e.getAttribute(attribute === "ref" ? "nodeset" : "ref");
    if (!own) return undefined;
    const ref = own.trim();
    return ref.startsWith("/") ? ref : `${parent}/${ref.replace(/^\.\//, "")}`;
  }

  function read(e: Element, parent: string, depth: number): Layout[] {
    if (depth > 64) return [];
    return childrenOf(e).flatMap((c): Layout[] => {
      const name = c.localName;
      if (controls.has(name)) {
        const ref = refOf(c, parent);
        return ref ? [{ kind: "question", ref, element: c }] : [];
      }
      if (name === "repeat") return repeat(c, c, parent, depth);
      if (name !== "group") return [];
      const ref = refOf(c, parent);
      const inner = childrenOf(c).filter((x) => x.localName !== "label" && x.localName !== "hint");
      const only = inner[0];
      if (inner.length === 1 && only?.localName === "repeat" && (!ref || refOf(only, ref, "nodeset") === ref)) return repeat(only, c, parent, depth);
      const key = `g${groups++}`;
      return [{ kind: "group", ref, element: c, appearances: appearancesOf(c), children: read(c, ref ?? parent, depth + 1), key }];
    });
  }

  function repeat(e: Element, labelled: Element, parent: string, depth: number): LayoutRepeat[] {
    const ref = refOf(e, parent, "nodeset");
    if (!ref) return [];
    const appearances = new Set([...appearancesOf(labelled), ...appearancesOf(e)]);
    const element = childOf(labelled, "label") ? labelled : e;
    const fixed = (e.getAttributeNS("http://openrosa.org/javarosa", "noAddRemove") ?? "").trim() === "true()";
    return [{ kind: "repeat", ref, fixed, element, appearances, children: read(e, ref, depth + 1) }];
  }

  return read(body, root, 0);
}
