import type { Client, components } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";
import { reactive } from "vue";

export type FormInfo = components["schemas"]["Form"];

/** The forms there are, and what belongs to each version: read once, it never changes. */
export class Shelf {
  readonly #client: Client;
  readonly #forms: FormInfo[] = reactive([]);
  #asked: Promise<readonly FormInfo[]> | undefined;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
  }

  forget(): void {
    this.#asked = undefined;
  }

  list(): Promise<readonly FormInfo[]> {
    this.#asked ??= this.#client.call("get", "/v1/forms", {}).then((l) => {
      this.#forms.splice(0, this.#forms.length, ...l.items);
      return this.#forms;
    }).catch((err: unknown) => {
      this.#asked = undefined;
      throw err;
    });
    return this.#asked;
  }

  /** Newest version of each form, in order of title. */
  latest(): readonly FormInfo[] {
    const by = new Map<string, FormInfo>();
    for (const f of this.#forms) {
      const other = by.get(f.id);
      if (!other || (f.added ?? "") >= (other.added ?? "")) by.set(f.id, f);
    }
    return [...by.values()];
  }

  title(id: string, language: Language): string {
    const f = this.latest().find((x) => x.id === id);
    return f?.title[language] || f?.title.zh || id;
  }

  #once<T>(key: string, get: () => Promise<T>): Promise<T> {
    let v = this.#kept.get(key) as Promise<T> | undefined;
    if (!v) {
      v = get();
      v.catch(() => this.#kept.delete(key));
      this.#kept.set(key, v);
      if (this.#kept.size > 60) this.#kept.delete(this.#kept.keys().next().value as string);
    }
    return v;
  }

  #url(id: string, version: string, what: string): string {
    return `/v1/forms/${encodeURIComponent(id)}/${encodeURIComponent(version || "-")}/${what}`;
  }

  #text(id: string, version: string, what: string): Promise<string> {
    const url = this.#url(id, version, what);
    return this.#once(url, async () => (await this.#client.raw({ method: "GET", url })).text());
  }

  model(id: string, version: string): Promise<unknown> {
    return this.#once(`model ${id} ${version}`, async () => JSON.parse(await this.#text(id, version, "model.json")) as unknown);
  }

  phoneXml(id: string, version: string): Promise<string> {
    return this.#text(id, version, "phone.xml");
  }

  /** One of the form's files; undefined where nobody gave it. */
  async file(id: string, version: string, name: string): Promise<Blob | undefined> {
    try {
      return await this.#once(`file ${id} ${version} ${name}`, async () => (await this.#client.raw({ method: "GET", url: this.#url(id, version, `files/${encodeURIComponent(name)}`) })).blob());
    } catch {
      return undefined;
    }
  }
}
