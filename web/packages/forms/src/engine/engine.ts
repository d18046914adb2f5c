// The one module that imports the engine, and what is odd about it. Its state goes through Vue's shallowReactive, so reading a node
// inside an effect is tracked.

import { type AnyNode, constants, type FormLanguage as EngineLanguage, loadForm, type LoadFormResult, type MarkdownNode, type RootNode, type TextRange } from "@getodk/xforms-engine";
import { shallowReactive } from "vue";
import { FormRefused, type Mark, type OpenOptions, type Properties, type Words } from "../types.ts";

export type Node = AnyNode;
export type Root = RootNode;
export type Leaf = Extract<AnyNode, { nodeType: "input" | "note" | "select" | "range" | "rank" | "trigger" | "upload" | "model-value" }>;
export type RowNode = Extract<AnyNode, { nodeType: "repeat-instance" }>;
export type RangeNode = Extract<AnyNode, { nodeType: "repeat-range:controlled" | "repeat-range:uncontrolled" }>;
export type GroupNode = Extract<AnyNode, { nodeType: "group" }>;
export type ScopeNode = RootNode | RowNode;

type Loaded = Exclude<LoadFormResult, { status: "failure" }>;

const contentTypes: Readonly<Record<string, string>> = { csv: "text/csv", xml: "text/xml", geojson: "application/geo+json" };

/** The name of the file a jr:// address means. */
export function fileNameOf(url: { readonly href: string }): string {
  const last = url.href.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Loads a form. Files that are missing are empty lists; their names are told. */
export async function load(xml: string, files: OpenOptions["files"], missing: (name: string) => void): Promise<Loaded> {
  const result = await loadForm(xml, {
    missingResourceBehavior: constants.MISSING_RESOURCE_BEHAVIOR.BLANK,
    fetchFormDefinition: () => Promise.reject(new Error("a form is not fetched")),
    fetchFormAttachment: async (url) => {
      const name = fileNameOf(url);
      const blob = await files?.(name);
      if (!blob) missing(name);
      const type = contentTypes[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "";
      const headers = new Headers({ "content-type": type });
      return { ok: !!blob, status: blob ? 200 : 404, headers: headers as never, blob: async () => blob ?? new Blob(), text: async () => blob?.text() ?? "" };
    },
  });
  if (result.status === "failure") throw new FormRefused(messageOf(result.error));
  return result;
}

export interface Begin {
  readonly properties: Properties | undefined;
  readonly position: (() => Promise<string>) | undefined;
  readonly instanceXml: string | undefined;
}

/** Begins a record, or goes on with one. */
export async function begin(loaded: Loaded, b: Begin): Promise<Root> {
  const config = {
    stateFactory: shallowReactive as <T extends object>(o: T) => T,
    preloadProperties: b.properties ?? {},
    ...(b.position ? { geolocationProvider: { getLocation: b.position } } : {}),
  };
  try {
    if (b.instanceXml === undefined) return loaded.createInstance(config).root;
    const data = new FormData();
    data.set(constants.INSTANCE_FILE_NAME, new File([b.instanceXml], constants.INSTANCE_FILE_NAME, { type: constants.INSTANCE_FILE_TYPE }));
    return (await loaded.restoreInstance({ data: [data as never] }, config)).root;
  } catch (e) {
    throw new FormRefused(messageOf(e));
  }
}

/** Does what a form does at its end. */
export async function revalidate(root: Root): Promise<void> {
  await root.prepareInstancePayload();
}

/** The engine's words, with those of the causes it holds. */
export function messageOf(e: unknown): string {
  const seen: string[] = [];
  for (let at: unknown = e; at instanceof Error && seen.length < 5; at = at.cause) if (!seen.includes(at.message)) seen.push(at.message);
  return seen.join(": ") || String(e);
}

/** Writes a value. What the node makes of it has to be read back; false = it cannot be written at all. */
export function write(node: Leaf, value: string): boolean {
  const words = value.split(/\s+/).filter(Boolean);
  try {
    switch (node.nodeType) {
      case "input":
        (node as { setValue(v: string | null): unknown }).setValue(value);
        return true;
      case "range":
        (node as { setValue(v: string | null): unknown }).setValue(value === "" ? null : value);
        return true;
      case "select":
        if (node.selectType === "select1") node.selectValue(value === "" ? null : value);
        else node.selectValues(words);
        return true;
      case "rank":
        node.setValues(words);
        return true;
      case "trigger":
        node.setValue(value === "OK");
        return true;
      case "upload":
        // null would bring back the name the instance came with
        node.setValue(value === "" ? new File([], "") : new File([], value));
        return true;
      default:
        return false;
    }
  } catch {
    return false; // read-only, or a ranking that is not whole
  }
}

export function rawValue(node: Leaf): string {
  return node.currentState.instanceValue;
}

export function addRow(range: RangeNode): boolean {
  if (range.nodeType !== "repeat-range:uncontrolled") return false;
  range.addInstances();
  return true;
}

export function removeRow(range: RangeNode, index: number): boolean {
  if (range.nodeType !== "repeat-range:uncontrolled") return false;
  range.removeInstances(index);
  return true;
}

export function languagesOf(root: Root): readonly string[] {
  return root.languages.map((l) => l.language);
}

export function setLanguage(root: Root, name: string): void {
  const language = root.languages.find((l): l is EngineLanguage => l.language === name && l.isSyntheticDefault === undefined);
  if (language) root.setLanguage(language);
}

/** Text without marks needs no reading of marks. */
const plain = /^[^*_#<\\&[\]`\n!>~|=-]*$/;
const words = new WeakMap<object, Words>();

/** Words of the author. The engine makes new ones whenever they change, so each is read once. */
export function wordsOf(range: TextRange<never> | TextRange<"label"> | TextRange<"hint"> | TextRange<"item-label"> | null | undefined): Words | undefined {
  if (!range) return undefined;
  const known = words.get(range);
  if (known) return known;
  const text = range.asString.trim();
  const out: Words = {
    text: plain.test(text) ? text : textOfMarks(range.formatted.flatMap(markOf)).trim() || text,
    marks: plain.test(text) ? [{ kind: "text", text }] : range.formatted.flatMap(markOf),
    ...(range.imageSource ? { image: fileNameOf(range.imageSource) } : {}),
    ...(range.audioSource ? { audio: fileNameOf(range.audioSource) } : {}),
    ...(range.videoSource ? { video: fileNameOf(range.videoSource) } : {}),
  };
  words.set(range, out);
  return out;
}

const elements: Readonly<Record<string, Exclude<Mark, { kind: "text" | "break" }>["kind"]>> = {
  strong: "strong", em: "em", u: "u", p: "p", div: "p", ul: "ul", ol: "ol", li: "li", h1: "h", h2: "h", h3: "h", h4: "h", h5: "h", h6: "h",
};

/** Only marks that are known, without colours, addresses or HTML: authors are not trusted. */
function markOf(n: MarkdownNode): Mark[] {
  switch (n.role) {
    case "child": return [{ kind: "text", text: n.value }];
    case "line-break": return [{ kind: "break" }];
    case "html": return [{ kind: "text", text: n.unsafeHtml }];
    default: {
      const of = n.children.flatMap(markOf);
      const url = (n as { readonly url?: string }).url;
      if (n.elementName === "a" && url && !textOfMarks(of).includes(url)) of.push({ kind: "text", text: ` (${url})` });
      return [{ kind: elements[n.elementName] ?? "span", of }];
    }
  }
}

function textOfMarks(marks: readonly Mark[]): string {
  return marks.map((m) => (m.kind === "text" ? m.text : m.kind === "break" ? "\n" : textOfMarks(m.of) + (m.kind === "p" || m.kind === "h" || m.kind === "li" ? "\n" : ""))).join("");
}
