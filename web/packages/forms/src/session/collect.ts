// All answers of a form, by path.

import { type Leaf, type Node, rawValue, type Root, type RowNode } from "../engine/engine.ts";
import type { FormModel } from "../form/model.ts";
import type { Rows, Values } from "../types.ts";
import { bareRecord } from "../own.ts";
import { canonical, type Spelling, spellingOf } from "../values/canonical.ts";
import { isLeaf, isRange, nameOf, type Places, refOf } from "./scope.ts";

/** How a node's value is spelled. */
export function spellingOfNode(node: Leaf): Spelling {
  switch (node.nodeType) {
    case "select": return node.selectType === "select1" ? "one" : "many";
    case "rank": return "rank";
    case "trigger": return "trigger";
    default: return spellingOf(node.valueType);
  }
}

/** A node's value in its canonical form, "" = none. */
export function valueOf(form: FormModel, node: Leaf): string {
  const raw = rawValue(node);
  return raw === "" ? "" : canonical(spellingOfNode(node), raw, form.orders.get(refOf(node)));
}

export interface Collected {
  readonly values: Values;
  readonly rows: Record<string, string[]>;
}

/** Everything that applies. */
export function collect(form: FormModel, places: Places, root: Root): Collected {
  const out: Collected = { values: bareRecord(), rows: bareRecord() };
  const walk = (parent: Node, at: string): void => {
    for (const child of parent.currentState.children ?? []) {
      const node = child as Node;
      if (!node.currentState.relevant) continue;
      const path = at + nameOf(node);
      if (isRange(node)) {
        const ids = (out.rows[path] = [] as string[]);
        for (const row of node.currentState.children) {
          const id = places.rowID(row);
          if (id === "" || !row.currentState.relevant) continue;
          ids.push(id);
          walk(row, `${path}[${id}]/`);
        }
      } else if (isLeaf(node)) {
        const value = valueOf(form, node);
        if (value !== "") out.values[path] = value;
      } else walk(node, `${path}/`);
    }
  };
  walk(root, "");
  return out;
}

/** Rows of repeats, also of those that do not apply now. A repeat none of whose rows ever applied is not among them. */
export function allRows(places: Places, root: Root): Rows {
  const out = bareRecord<string[]>();
  const walk = (parent: Node, at: string): void => {
    for (const child of parent.currentState.children ?? []) {
      const node = child as Node;
      const path = at + nameOf(node);
      if (isRange(node)) {
        const rows = node.currentState.children;
        const ids = rows.map((r: RowNode) => places.rowID(r)).filter((id: string) => id !== "");
        if (rows.length > 0 && ids.length === 0) continue;
        out[path] = ids;
        for (const row of rows) if (places.rowID(row) !== "") walk(row, `${path}[${places.rowID(row)}]/`);
      } else if (node.nodeType === "group") walk(node, `${path}/`);
    }
  };
  walk(root, "");
  return out;
}
