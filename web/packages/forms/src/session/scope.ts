// Where things are: from references of the form to nodes of the engine, and from nodes to paths.

import type { Leaf, Node, RangeNode, Root, RowNode, ScopeNode } from "../engine/engine.ts";
import { rawValue } from "../engine/engine.ts";
import type { FormModel } from "../form/model.ts";
import { bare, patternOf } from "../form/xml.ts";

/** Nodes and their paths. Inside one row of a repeat nodes never move, so each row is indexed once. */
export class Places {
  readonly #form: FormModel;
  readonly #random: () => string;
  readonly #index = new WeakMap<ScopeNode, ReadonlyMap<string, Node>>();
  readonly #paths = new WeakMap<Node, string>();
  readonly #ids = new WeakMap<RowNode, string>();

  constructor(form: FormModel, random: () => string) {
    this.#form = form;
    this.#random = random;
  }

  /** The node at a bare reference, in this row or in one around it. */
  find(scope: ScopeNode, ref: string): Node | undefined {
    for (let at: ScopeNode | undefined = scope; at; at = around(at)) {
      const node = this.#indexOf(at).get(ref);
      if (node) return node;
    }
    return undefined;
  }

  /** All nodes of a row, without those of inner rows. */
  nodes(scope: ScopeNode): Iterable<Node> {
    return this.#indexOf(scope).values();
  }

  #indexOf(scope: ScopeNode): ReadonlyMap<string, Node> {
    const known = this.#index.get(scope);
    if (known) return known;
    const out = new Map<string, Node>();
    const walk = (n: Node): void => {
      for (const c of n.currentState.children ?? []) {
        const node = c as Node;
        out.set(refOf(node), node);
        if (node.nodeType === "group") walk(node);
      }
    };
    walk(scope);
    this.#index.set(scope, out);
    return out;
  }

  /** The id of a row: what its id field holds. A row that never applied has none yet: "". */
  rowID(row: RowNode): string {
    const known = this.#ids.get(row);
    if (known) return known;
    const ref = refOf(row);
    const field = this.#form.rowFields.get(patternOf(ref));
    const node = field === undefined ? undefined : this.#indexOf(row).get(`${ref}/${field}`);
    let id = node && isLeaf(node) ? rawValue(node).trim() : "";
    if (!node) id = this.#random();
    if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(id)) return "";
    this.#ids.set(row, id);
    return id;
  }

  /** The path of a node, with row ids; of a row, the path of the row. "" = it lies in a row without an id. */
  path(node: Node): string {
    const known = this.#paths.get(node);
    if (known !== undefined) return known;
    const path = this.#path(node);
    if (path !== "") this.#paths.set(node, path);
    return path;
  }

  #path(node: Node): string {
    const names: string[] = [];
    for (let at: Node = node; at.nodeType !== "root"; at = at.parent as Node) {
      if (at.nodeType === "repeat-instance") {
        const id = this.rowID(at);
        if (id === "") return "";
        names.push(`${nameOf(at)}[${id}]`);
        at = at.parent as Node; // the repeat has the row's name
      } else names.push(nameOf(at));
    }
    return names.reverse().join("/");
  }

  /** The node at a path. */
  at(root: Root, path: string): Node | undefined {
    let scope: ScopeNode = root;
    let ref = refOf(root);
    let node: Node | undefined = root;
    for (const segment of path.split("/")) {
      const m = /^([^[]+)(?:\[([^\]]*)\])?$/.exec(segment);
      if (!m) return undefined;
      ref += `/${m[1]}`;
      node = this.#indexOf(scope).get(ref);
      if (m[2] === undefined) continue;
      if (!node || !isRange(node)) return undefined;
      const row: RowNode | undefined = node.currentState.children.find((r: RowNode) => this.rowID(r) === m[2]);
      if (!row) return undefined;
      node = scope = row;
    }
    return node;
  }
}

/** The row around a row, or the root. */
function around(scope: ScopeNode): ScopeNode | undefined {
  return scope.nodeType === "root" ? undefined : scopeOf(scope.parent as Node);
}

/** The row a node lies in, or the root. */
export function scopeOf(node: Node): ScopeNode {
  let at: Node = node;
  while (at.nodeType !== "root" && at.nodeType !== "repeat-instance") at = at.parent as Node;
  return at;
}

const refs = new WeakMap<object, string>();

/** The node's bare reference, without positions. */
export function refOf(node: Node): string {
  const definition: { readonly nodeset: string } = node.definition as never;
  let ref = refs.get(definition);
  if (ref === undefined) refs.set(definition, (ref = bare(definition.nodeset)));
  return ref;
}

export function nameOf(node: Node): string {
  const ref = refOf(node);
  return ref.slice(ref.lastIndexOf("/") + 1);
}

export function isRange(node: Node): node is RangeNode {
  return node.nodeType === "repeat-range:controlled" || node.nodeType === "repeat-range:uncontrolled";
}

export function isLeaf(node: Node): node is Leaf {
  return node.nodeType !== "root" && node.nodeType !== "group" && node.nodeType !== "repeat-instance" && !isRange(node);
}
