import { type Leaf, wordsOf } from "../engine/engine.ts";
import { appearancesOf, type LayoutQuestion } from "../form/layout.ts";
import { childOf } from "../form/xml.ts";
import type { Choice, Control, Question, Words } from "../types.ts";
import { valueOf } from "./collect.ts";
import { controlOf } from "./control.ts";
import type { Inside } from "./inside.ts";
import { nameOf } from "./scope.ts";

const none: readonly Choice[] = [];

/** A question over its node. */
export class NodeQuestion implements Question {
  /** Vue leaves it as it is: a proxy could not reach the private members. */
  readonly __v_skip = true;
  readonly kind = "question";
  readonly key: string;
  readonly name: string;
  readonly control: Control;
  readonly appearances: ReadonlySet<string>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly node: Leaf;
  readonly #in: Inside;
  readonly #hint: Element | undefined;
  #options: readonly unknown[] | undefined;
  #choices: readonly Choice[] = none;

  constructor(inside: Inside, node: Leaf, layout: LayoutQuestion) {
    this.#in = inside;
    this.node = node;
    this.key = node.nodeId;
    this.name = nameOf(node);
    this.appearances = appearancesOf(layout.element);
    this.control = controlOf(node, layout.element, this.appearances);
    this.attributes = Object.fromEntries(Array.from(layout.element.attributes).map((a) => [a.localName, a.value]));
    this.#hint = childOf(layout.element, "hint");
  }

  get path(): string {
    return this.#in.places.path(this.node);
  }

  get label(): Words | undefined {
    return wordsOf(this.node.currentState.label);
  }

  get hint(): Words | undefined {
    const words = wordsOf(this.node.currentState.hint);
    return words && (words.text !== "" || words.image) ? words : undefined;
  }

  get guidance(): Words | undefined {
    return this.#in.words(this.#hint, this.node, "guidance");
  }

  get relevant(): boolean {
    return this.node.currentState.relevant;
  }

  get required(): boolean {
    return this.node.currentState.required;
  }

  get readonly(): boolean {
    return this.node.currentState.readonly;
  }

  get value(): string {
    return valueOf(this.#in.form, this.node) || this.#in.lost(this.path);
  }

  get choices(): readonly Choice[] {
    if (this.node.nodeType !== "select" && this.node.nodeType !== "rank") return none;
    const options = this.node.currentState.valueOptions;
    if (options !== this.#options) {
      this.#options = options;
      this.#choices = options.map((o: Option) => new NodeChoice(o));
    }
    return this.#choices;
  }

  get range(): { readonly start: number; readonly end: number; readonly step: number } | undefined {
    if (this.node.nodeType !== "range") return undefined;
    const { start, end, step } = this.node.definition.bounds;
    return { start: Number(start), end: Number(end), step: Number(step) };
  }

  get accept(): string {
    if (this.node.nodeType !== "upload") return "";
    const { accept } = this.node.nodeOptions.media;
    return accept === "*" ? "" : accept;
  }

  get whole(): boolean {
    return this.node.valueType === "int";
  }

  get maxPixels(): number | undefined {
    return (this.node.nodeType === "upload" && this.node.maxPixels) || undefined;
  }
}

export interface Option {
  readonly value: string;
  readonly label: Parameters<typeof wordsOf>[0];
}

/** A choice whose words are read when they are shown: there may be thousands. */
class NodeChoice implements Choice {
  /** Vue leaves it as it is: a proxy could not reach the private members. */
  readonly __v_skip = true;
  readonly value: string;
  readonly #label: Parameters<typeof wordsOf>[0];

  constructor(option: Option) {
    this.value = option.value;
    this.#label = option.label;
  }

  get words(): Words {
    return wordsOf(this.#label) ?? { text: this.value, marks: [{ kind: "text", text: this.value }] };
  }
}
