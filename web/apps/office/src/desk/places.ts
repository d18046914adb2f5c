import type { Client, components } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";
import { reactive } from "vue";

export type Area = components["schemas"]["Area"];

const lengths: Readonly<Record<string, number>> = { district: 6, street: 9, village: 12, grid: 15 };

/** Names of areas. Each street's villages and grids are asked for once, when they are first needed. */
export class Places {
  readonly #client: Client;
  readonly #known = reactive(new Map<string, Area>());
  readonly #asked = new Map<string, Promise<readonly Area[]>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Forgets everything: areas were imported. */
  forget(): void {
    this.#known.clear();
    this.#asked.clear();
  }

  /** The name of a code, or the code itself where it is not known (yet). */
  name(code: string | undefined, language: Language): string {
    if (!code) return "";
    const a = this.#known.get(code);
    return a ? (language === "zh" ? a.name_zh : a.name_en) || code : code;
  }

  /** All areas of a kind within a code, in order of code. */
  list(within: string, kind: Area["kind"]): Promise<readonly Area[]> {
    const key = `${within} ${kind}`;
    let list = this.#asked.get(key);
    if (!list) {
      list = this.#all(within, kind);
      list.catch(() => this.#asked.delete(key));
      this.#asked.set(key, list);
    }
    return list;
  }

  /** Makes the names of a street known. */
  async street(code: string): Promise<void> {
    if (code.length < 9) return;
    await Promise.all([this.list(code, "village"), this.list(code, "grid")]);
  }

  async #all(within: string, kind: Area["kind"]): Promise<readonly Area[]> {
    const out: Area[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.#client.call("get", "/v1/areas", { query: { kind, limit: 200, ...(within !== "" && { within }), ...(cursor !== undefined && { cursor }) } });
      for (const a of page.items) this.#known.set(a.code, a);
      out.push(...page.items);
      if (!page.next) return out;
      cursor = page.next;
    }
  }
}

/** The part of a code that names an area of a kind around it. */
export function around(code: string, kind: Area["kind"]): string {
  const n = lengths[kind] ?? 0;
  return code.length >= n ? code.slice(0, n) : "";
}
