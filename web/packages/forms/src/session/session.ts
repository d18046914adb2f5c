import { type Leaf, languagesOf, type Node, rawValue, removeRow, revalidate, type Root, type ScopeNode, setLanguage, wordsOf, write } from "../engine/engine.ts";
import { instanceOf } from "../form/instance.ts";
import type { FormModel } from "../form/model.ts";
import { Itext } from "../form/text.ts";
import { bareRecord } from "../own.ts";
import type { Attachments, ChangeEvent, FormError, FormLanguage, FormSession, OpenOptions, Page, Question, Refusal, Repeat, Rows, Values } from "../types.ts";
import { canonical, fits } from "../values/canonical.ts";
import { shallowReactive } from "vue";
import { allRows, collect, type Collected, spellingOfNode, valueOf } from "./collect.ts";
import { nameOfFile, saneExtension } from "./files.ts";
import { Inside } from "./inside.ts";
import { codeOf } from "./languages.ts";
import { Pages } from "./pages.ts";
import { isLeaf, isRange, Places, refOf, scopeOf } from "./scope.ts";

/** A form over its engine. */
export class Session implements FormSession {
  /** Vue leaves it as it is: a proxy could not reach the private members. */
  readonly __v_skip = true;
  readonly title: string;
  readonly formID: string;
  readonly version: string;
  readonly opened: { readonly values: Values; readonly rows: Rows };
  readonly #form: FormModel;
  readonly #root: Root;
  readonly #places: Places;
  readonly #in: Inside;
  readonly #pages: Pages;
  readonly #files: NonNullable<OpenOptions["files"]>;
  readonly #attachments: Attachments;
  readonly #listeners = new Set<(e: ChangeEvent) => void>();
  readonly #refused: Map<string, string> = shallowReactive(new Map());
  readonly #lost: Map<string, string> = shallowReactive(new Map());
  readonly #kept = new Map<string, string>();
  #last: Collected;

  /** came are the answers of the instance that was opened, undefined for a new one. */
  constructor(form: FormModel, root: Root, options: OpenOptions, attachments: Attachments, came: Values | undefined) {
    this.#form = form;
    this.#root = root;
    this.#files = options.files ?? (async () => undefined);
    this.#attachments = attachments;
    this.title = form.title;
    this.formID = form.id;
    this.version = form.version;
    this.#places = new Places(form, () => crypto.randomUUID());
    this.#in = new Inside(form, root, this.#places, new Itext(form.model), (path) => this.#lost.get(path) ?? "", (row) => this.#errorsIn(row).length);
    this.#pages = new Pages(this.#in);
    this.#last = collect(form, this.#places, root);
    for (const [path, value] of Object.entries(came ?? {})) {
      if (this.#last.values[path] !== undefined) continue;
      const node = this.#places.at(root, path);
      if (!node || !isLeaf(node)) continue;
      if (!node.currentState.relevant) this.#kept.set(path, value);
      else if (node.nodeType === "select" || node.nodeType === "rank") this.#lost.set(path, value);
    }
    this.opened = came ? this.#now() : { values: bareRecord(), rows: bareRecord() };
  }

  // Languages

  get languages(): readonly FormLanguage[] {
    return languagesOf(this.#root).map((name) => ({ name, code: codeOf(name) }));
  }

  get language(): FormLanguage {
    const name = this.#root.currentState.activeLanguage.language;
    return { name, code: codeOf(name) };
  }

  setLanguage(name: string): void {
    setLanguage(this.#root, name);
    this.#tell({ what: "language", path: "" });
  }

  // What is asked

  pages(row?: string): readonly Page[] {
    const scope = row === undefined || row === "" ? this.#root : this.#places.at(this.#root, row);
    return scope && (scope.nodeType === "root" || scope.nodeType === "repeat-instance") ? this.#pages.pages(scope) : [];
  }

  question(path: string): Question | undefined {
    return this.#in.question(this.#places.at(this.#root, path));
  }

  /** Every question that is asked, also where it does not apply; of repeats, those of the rows there are. */
  questions(): readonly Question[] {
    const out: Question[] = [];
    const walk = (parent: Node): void => {
      for (const child of parent.currentState.children ?? []) {
        const q = this.#in.question(child as Node);
        if (q) out.push(q);
        else walk(child as Node);
      }
    };
    walk(this.#root);
    return out;
  }

  repeat(path: string): Repeat | undefined {
    const node = this.#places.at(this.#root, path);
    return node && isRange(node) ? this.#pages.repeat(node) : undefined;
  }

  place(path: string): { readonly rows: readonly string[]; readonly page: string } | undefined {
    const node = this.#places.at(this.#root, path);
    if (!node || node.nodeType === "root") return undefined;
    const target: Node = node.nodeType === "repeat-instance" ? (node.parent as Node) : node;
    const scope = scopeOf(target);
    const page = this.#pages.pageOf(scope, refOf(target));
    if (page === undefined || !target.currentState.relevant) return undefined;
    const rows: string[] = [];
    for (let at = scope; at.nodeType !== "root"; at = scopeOf(at.parent as Node)) rows.unshift(this.#places.path(at));
    return { rows, page };
  }

  // Answers

  values(): Values {
    return this.#now().values;
  }

  rows(): Rows {
    return this.#now().rows;
  }

  #now(): Collected {
    const now = collect(this.#form, this.#places, this.#root);
    for (const [path, value] of this.#lost) now.values[path] ??= value;
    return now;
  }

  kept(): Values {
    return Object.fromEntries(this.#kept);
  }

  set(path: string, value: string): Refusal | undefined {
    const node = this.#places.at(this.#root, path);
    if (!node || !isLeaf(node)) return { fault: "unknown-path" };
    return this.#set(node, path, value);
  }

  #set(node: Leaf, path: string, value: string): Refusal | undefined {
    if (!node.currentState.relevant) return { fault: "not-relevant" };
    if (node.currentState.readonly || node.nodeType === "note" || node.nodeType === "model-value") return { fault: "readonly" };
    const spelling = spellingOfNode(node);
    const wanted = value === "" ? "" : canonical(spelling, value, this.#form.orders.get(refOf(node)));
    const before = rawValue(node);
    const written = (wanted === "" || fits(spelling, wanted)) && write(node, wanted);
    const got = valueOf(this.#form, node);
    if (!written || got !== wanted) {
      if (rawValue(node) !== before) write(node, ""); // half of what was meant is worse than nothing
      this.#refused.set(path, value);
      this.#changed({ what: "value", path });
      return { fault: "refused" };
    }
    this.#refused.delete(path);
    this.#lost.delete(path);
    this.#changed({ what: "value", path });
    return undefined;
  }

  refused(path: string): string {
    return this.#refused.get(path) ?? "";
  }

  refuse(path: string, typed: string | undefined): void {
    if (typed === undefined) this.#refused.delete(path);
    else {
      const node = this.#places.at(this.#root, path);
      if (node && isLeaf(node) && rawValue(node) !== "") this.#set(node, path, "");
      this.#refused.set(path, typed);
    }
    this.#changed({ what: "value", path });
  }

  // Files

  async attach(path: string, file: Blob | undefined, extension = "bin"): Promise<Refusal | undefined> {
    if (!file) return this.set(path, "");
    const name = await nameOfFile(file, saneExtension(extension));
    await this.#attachments.put(name, file);
    return this.set(path, name);
  }

  file(name: string): Promise<Blob | undefined> {
    return this.#attachments.get(name);
  }

  fileNames(): readonly string[] {
    const names = new Set<string>();
    for (const values of [this.values(), this.kept()]) {
      for (const value of Object.values(values)) if (fits("binary", value)) names.add(value);
    }
    return [...names];
  }

  media(name: string): Promise<Blob | undefined> {
    return this.#files(name);
  }

  // Rows

  addRow(repeat: string): string | undefined {
    const node = this.#places.at(this.#root, repeat);
    const row = node && isRange(node) && node.currentState.relevant ? this.#pages.add(node) : undefined;
    if (!row) return undefined;
    const path = this.#places.path(row);
    this.#changed({ what: "rows", path });
    return path;
  }

  removeRow(path: string): void {
    const row = this.#places.at(this.#root, path);
    if (row?.nodeType !== "repeat-instance") return;
    const range = row.parent;
    if (!removeRow(range, range.currentState.children.indexOf(row))) return;
    for (const map of [this.#refused, this.#lost, this.#kept]) {
      for (const at of [...map.keys()]) if (at.startsWith(`${path}/`)) map.delete(at);
    }
    this.#changed({ what: "rows", path });
  }

  // Faults

  errors(): readonly FormError[] {
    return this.#errorsIn(this.#root);
  }

  #errorsIn(scope: ScopeNode): FormError[] {
    const out: FormError[] = [];
    const walk = (parent: Node): void => {
      for (const child of parent.currentState.children ?? []) {
        const node = child as Node;
        if (!node.currentState.relevant) continue;
        const error = isLeaf(node) ? this.#error(node) : undefined;
        if (error) out.push(error);
        else if (!isLeaf(node)) walk(node);
      }
    };
    walk(scope);
    return out;
  }

  error(path: string): FormError | undefined {
    const node = this.#places.at(this.#root, path);
    return node && isLeaf(node) ? this.#error(node) : undefined;
  }

  #error(node: Leaf): FormError | undefined {
    const path = this.#places.path(node);
    const label = (): string => wordsOf(node.currentState.label)?.text ?? "";
    if (this.#refused.has(path)) return { path, fault: "refused", message: "", label: label() };
    if (this.#lost.has(path)) return { path, fault: "unknown-choice", message: "", label: label() };
    const violation = node.validationState.violation;
    if (!violation) return undefined;
    return { path, fault: violation.condition, message: violation.message?.asString.trim() ?? "", label: label() };
  }

  // Life

  draftXml(): string {
    const { values } = this.#now();
    return instanceOf(this.#form, Object.assign(bareRecord<string>(), values, this.kept()), allRows(this.#places, this.#root), {}, true);
  }

  async finish(): Promise<{ readonly values: Values; readonly rows: Rows; readonly xml: string }> {
    await revalidate(this.#root);
    this.#changed({ what: "value", path: "" });
    return { ...this.#now(), xml: this.draftXml() };
  }

  onChange(listener: (e: ChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something changed that the session did not do itself. */
  noticed(): void {
    this.#changed({ what: "value", path: "" });
  }

  dispose(): void {
    this.#listeners.clear();
  }

  /** Keeps answers aside whose questions do not apply any more, and tells. */
  #changed(e: ChangeEvent): void {
    const now = collect(this.#form, this.#places, this.#root);
    for (const [path, value] of Object.entries(this.#last.values)) {
      if (now.values[path] !== undefined) continue;
      const node = this.#places.at(this.#root, path);
      if (node && !node.currentState.relevant) this.#kept.set(path, value);
    }
    for (const path of [...this.#kept.keys()]) {
      const node = this.#places.at(this.#root, path);
      if (!node || node.currentState.relevant) this.#kept.delete(path);
    }
    this.#last = now;
    this.#tell(e);
  }

  #tell(e: ChangeEvent): void {
    for (const l of [...this.#listeners]) l(e);
  }
}
