// A form as model.json has it, and its words.

import type { Language } from "@ruhu/i18n";

export interface ModelText {
  readonly words?: Readonly<Record<string, string>>;
  readonly expr?: string;
}

export interface ModelNode {
  readonly name: string;
  readonly kind: "group" | "repeat" | "question";
  /** Without row ids. */
  readonly path: string;
  readonly ref: string;
  readonly type?: string;
  readonly control?: string;
  readonly label?: ModelText;
  readonly hint?: ModelText;
  readonly relevant?: string;
  readonly required?: string;
  readonly calculate?: string;
  readonly readonly?: string;
  readonly appearance?: string;
  readonly preload?: string;
  readonly row_field?: string;
  readonly choices?: { readonly list: string };
  readonly children?: readonly ModelNode[];
}

export interface ModelList {
  readonly name: string;
  readonly open?: boolean;
  readonly src?: string;
  readonly items?: readonly { readonly value: string; readonly label?: ModelText }[];
}

interface ModelFile {
  readonly id: string;
  readonly version: string;
  readonly languages?: readonly string[];
  readonly default_language?: string;
  readonly root: string;
  readonly nodes: readonly ModelNode[];
  readonly lists?: readonly ModelList[];
}

/** Answers by path with row ids; null = cleared. */
export type Answers = Readonly<Record<string, string | null>>;

/** A path without its row ids: where its question stands in the model. */
export function bare(path: string): string {
  return path.replace(/\[[^\]]*\]/g, "");
}

/** The code of a language as forms name it: "中文 (zh)" gives zh. */
export function codeOf(name: string): string {
  return (/\(([a-zA-Z-]+)\)\s*$/.exec(name)?.[1] ?? name).toLowerCase();
}

/** A form whose questions can be named and whose answers can be read. */
export class Model {
  readonly nodes: readonly ModelNode[];
  readonly #file: ModelFile;
  readonly #byPath = new Map<string, ModelNode>();
  readonly #lists = new Map<string, ModelList>();
  readonly #labels = new Map<string, Map<string, ModelText>>();

  constructor(json: unknown) {
    this.#file = json as ModelFile;
    this.nodes = this.#file.nodes ?? [];
    for (const l of this.#file.lists ?? []) {
      this.#lists.set(l.name, l);
      this.#labels.set(l.name, new Map((l.items ?? []).map((i) => [i.value, i.label ?? {}])));
    }
    const walk = (list: readonly ModelNode[]): void => {
      for (const n of list) {
        this.#byPath.set(n.path, n);
        walk(n.children ?? []);
      }
    };
    walk(this.nodes);
  }

  node(path: string): ModelNode | undefined {
    return this.#byPath.get(bare(path));
  }

  list(node: ModelNode): ModelList | undefined {
    return node.choices && this.#lists.get(node.choices.list);
  }

  /** Files that lists of the form are read from. */
  get listFiles(): readonly string[] {
    return [...this.#lists.values()].flatMap((l) => (l.src ? [l.src.replace(/^jr:\/\/[^/]*\//, "")] : []));
  }

  /** Takes the words of choices from a list's file (CSV with name, label and label::Language). */
  readList(file: string, csv: string): void {
    const rows = parseCSV(csv);
    const head = rows.shift() ?? [];
    const at = head.findIndex((h) => h === "name");
    if (at < 0) return;
    for (const l of this.#lists.values()) {
      if (!l.src?.endsWith(`/${file}`) && l.src !== file) continue;
      const labels = this.#labels.get(l.name) ?? new Map<string, ModelText>();
      for (const r of rows) {
        const words: Record<string, string> = {};
        head.forEach((h, i) => {
          const m = /^label(?:(?:::|_)(.+))?$/.exec(h);
          if (m) words[m[1] ?? ""] = r[i] ?? "";
        });
        if (r[at]) labels.set(r[at], { words });
      }
      this.#labels.set(l.name, labels);
    }
  }

  /** Words in a language, else in the form's first; computed parts stand as the answers have them. */
  text(t: ModelText | undefined, language: Language, answers: Answers = {}): string {
    const words = t?.words;
    if (!words) return "";
    const names = Object.keys(words);
    const name = names.find((n) => codeOf(n) === language) ?? (words[""] !== undefined ? "" : (names.find((n) => n === this.#file.default_language) ?? names[0]));
    return plain(words[name ?? ""] ?? "").replace(/\$\{([^}]*)\}/g, (_, ref: string) => {
      const path = ref.trim().replace(new RegExp(`^/${this.#file.root}/`), "");
      return answers[path] ?? "…";
    });
  }

  /** What a question is called: its words, else its name. */
  label(path: string, language: Language, answers: Answers = {}): string {
    const n = this.node(path);
    return (n && this.text(n.label, language, answers)) || n?.name || path;
  }

  /** The words of one choice. */
  choice(node: ModelNode, value: string, language: Language): string {
    const t = node.choices && this.#labels.get(node.choices.list)?.get(value);
    return (t && this.text(t, language)) || value;
  }

  choices(node: ModelNode): readonly string[] {
    return node.choices ? [...(this.#labels.get(node.choices.list)?.keys() ?? [])] : [];
  }
}

/** Text without the marks that authors may use. */
function plain(text: string): string {
  return text.replace(/<\/?[a-zA-Z][^<>]*>/g, "").replace(/(\*\*|__)(.+?)\1/g, "$2").replace(/^#{1,6}\s+/gm, "");
}

/** The rows of a CSV file. */
export function parseCSV(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const s = text.replace(/^\uFEFF/, "");
  for (let i = 0; i < s.length; i++) {
    const c = s[i] as string;
    if (quoted) {
      if (c === '"' && s[i + 1] === '"') {
        cell += '"';
        i++;
      } else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ",") {
      row.push(cell);
      cell = "";
    } else if (c === "\n" || c === "\r") {
      if (c === "\r" && s[i + 1] === "\n") i++;
      row.push(cell);
      rows.push(row);
      row = [];
      cell = "";
    } else cell += c;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows.filter((r) => r.some((x) => x !== ""));
}
