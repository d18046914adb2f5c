import { type FunctionalComponent, h, type VNode } from "vue";
import type { Mark } from "../types.ts";

const tags = { strong: "strong", em: "em", u: "u", span: "span", p: "span", h: "strong", ul: "span", ol: "span", li: "span" } as const;

/** Words of an author with their marks, as elements made one by one: nothing is taken as HTML. Only phrasing elements, so that it may stand in a label. */
export const Marks: FunctionalComponent<{ of: readonly Mark[] }> = (props) => props.of.map(one);
Marks.props = ["of"];

function one(m: Mark): VNode | string {
  switch (m.kind) {
    case "text": return m.text;
    case "break": return h("br");
    default: return h(tags[m.kind], { class: `rf-${m.kind}` }, m.of.map(one));
  }
}
