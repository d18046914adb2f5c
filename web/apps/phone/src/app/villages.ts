import type { FormItem } from "./items.ts";
import type { Both } from "./ports.ts";

/** The list of villages that the server makes for every form that asks for one: code, label, zh, en, street. */
const file = "villages.csv";

/** The names of villages by their 12 digits, as far as a form on this phone brought them. */
export class Villages {
  readonly #read: (form: FormItem, name: string) => Promise<Blob | undefined>;
  #of = "";
  #names: ReadonlyMap<string, Both> = new Map();

  constructor(read: (form: FormItem, name: string) => Promise<Blob | undefined>) {
    this.#read = read;
  }

  async names(forms: readonly FormItem[]): Promise<ReadonlyMap<string, Both>> {
    for (const form of forms) {
      const sha = form.files.find((f) => f.name === file)?.sha256;
      if (sha === undefined) continue;
      if (sha === this.#of) return this.#names;
      const text = await (await this.#read(form, file))?.text();
      if (text === undefined) continue;
      [this.#of, this.#names] = [sha, namesIn(text)];
      return this.#names;
    }
    return this.#names;
  }
}

/** The names in such a list; a line of another shape is passed over. */
export function namesIn(csv: string): Map<string, Both> {
  const [head = [], ...lines] = rowsOf(csv);
  const [code, label, zh, en] = ["name", "label", "zh", "en"].map((c) => head.indexOf(c));
  const out = new Map<string, Both>();
  for (const l of lines) {
    const at = (i: number | undefined): string => (i === undefined || i < 0 ? "" : (l[i] ?? ""));
    const name = at(zh) || at(label);
    if (/^[0-9]{12}$/.test(at(code)) && name !== "") out.set(at(code), { zh: name, en: at(en) || name });
  }
  return out;
}

/** The cells of a table of comma-separated values. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of csv.replace(/\r\n?/g, "\n").matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  return rows;
}
