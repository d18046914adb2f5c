// What the parts of a session share.

import { type Node, type Root, type RowNode, wordsOf } from "../engine/engine.ts";
import type { Layout, LayoutQuestion, LayoutRepeat } from "../form/layout.ts";
import type { FormModel } from "../form/model.ts";
import type { Itext, Piece } from "../form/text.ts";
import { bare } from "../form/xml.ts";
import type { Words } from "../types.ts";
import { valueOf } from "./collect.ts";
import { NodeQuestion, type Option } from "./question.ts";
import { isLeaf, type Places, refOf, scopeOf } from "./scope.ts";

export class Inside {
  readonly form: FormModel;
  readonly root: Root;
  readonly places: Places;
  readonly itext: Itext;
  /** The answer a record came with where the form does not take it any more. */
  readonly lost: (path: string) => string;
  /** How much is wrong in a row. */
  readonly faults: (row: RowNode) => number;
  readonly #questions = new WeakMap<Node, NodeQuestion>();
  readonly #layouts: ReadonlyMap<string, LayoutQuestion>;
  /** By bare reference. */
  readonly repeatLayouts: ReadonlyMap<string, LayoutRepeat>;

  constructor(form: FormModel, root: Root, places: Places, itext: Itext, lost: (path: string) => string, faults: (row: RowNode) => number) {
    this.form = form;
    this.root = root;
    this.places = places;
    this.itext = itext;
    this.lost = lost;
    this.faults = faults;
    const layouts = new Map<string, LayoutQuestion>();
    const repeats = new Map<string, LayoutRepeat>();
    const walk = (items: readonly Layout[]): void => {
      for (const i of items) {
        if (i.kind === "question") layouts.set(bare(i.ref), i);
        else walk(i.children);
        if (i.kind === "repeat") repeats.set(bare(i.ref), i);
      }
    };
    walk(form.layout);
    this.#layouts = layouts;
    this.repeatLayouts = repeats;
  }

  /** The question of a node, undefined where nobody is asked. */
  question(node: Node | undefined): NodeQuestion | undefined {
    if (!node || !isLeaf(node) || node.nodeType === "model-value") return undefined;
    let q = this.#questions.get(node);
    const layout = q ? undefined : this.#layouts.get(refOf(node));
    if (!q && layout) this.#questions.set(node, (q = new NodeQuestion(this, node, layout)));
    return q;
  }

  /** Words that the engine does not give, with answers put in as seen from a node. */
  words(element: Element | undefined, from: Node, form: "" | "guidance" = ""): Words | undefined {
    const pieces = this.itext.of(element, this.root.currentState.activeLanguage.language, form);
    const text = pieces.map((p) => this.#piece(p, from)).join("").trim();
    return text === "" ? undefined : { text, marks: [{ kind: "text", text }] };
  }

  #piece(p: Piece, from: Node): string {
    if ("text" in p) return p.text;
    const node = /^\/[^()[\]]+$/.test(p.ref) ? this.places.find(scopeOf(from), bare(p.ref)) : undefined;
    return node && isLeaf(node) ? valueOf(this.form, node) : "";
  }

  /** An answer as people read it: the words of choices. */
  shown(node: Node): string {
    if (!isLeaf(node)) return "";
    const value = valueOf(this.form, node);
    if (value === "" || (node.nodeType !== "select" && node.nodeType !== "rank")) return node.nodeType === "upload" || node.nodeType === "trigger" ? "" : value;
    const picked = new Set(node.nodeType === "select" && node.selectType === "select1" ? [value] : value.split(" "));
    return node.currentState.valueOptions.filter((o: Option) => picked.has(o.value)).map((o: Option) => wordsOf(o.label)?.text ?? o.value).join("、");
  }
}
