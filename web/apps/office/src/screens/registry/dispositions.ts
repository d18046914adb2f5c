import { shallowRef } from "vue";
import type { Desk } from "../../desk/desk.ts";
import { Model } from "../review/model.ts";

/** The words of the visit form's choices: of a disposition or a reason; the code itself until they are known. */
export function useDispositions(desk: Desk): (what: "disposition" | "refusal", code: string) => string {
  const model = shallowRef<Model>();
  void (async () => {
    await desk.shelf.list();
    const form = desk.shelf.latest().find((f) => f.kind === "visit");
    if (form) model.value = new Model(await desk.shelf.model(form.id, form.version));
  })().catch(() => undefined);
  return (what, code) => {
    const m = model.value;
    const node = m?.nodes.find((n) => (what === "disposition" ? n.name === "disposition" : n.name.includes("refus")) && n.choices);
    return m && node ? m.choice(node, code, desk.language.value) : code;
  };
}
