import { type Client, Problem } from "@ruhu/api";
import { type Bytes, decode, encode, hex } from "@ruhu/merge";
import type { SealedStore } from "../store/sealed.ts";
import type { FormItem } from "./items.ts";

/** How many files of a day may fail before the rest waits. */
const part = (s: string): string => encodeURIComponent(s === "" ? "-" : s);

/**
 * The forms on this phone, with their files and the entity lists they choose from: everything an interview needs without a signal.
 * Sealed like the rest, because lists hold what the registry knows.
 */
export class Library {
  readonly #store: SealedStore;
  readonly #client: Client;

  constructor(store: SealedStore, client: Client) {
    this.#store = store;
    this.#client = client;
  }

  /** Whether a form opens here without a signal, as of the store's last look. */
  has(form: string, version: string): boolean {
    return this.#store.sizeNow(formKey(form, version)) !== undefined;
  }

  async xml(form: string, version: string): Promise<string | undefined> {
    const b = await this.#store.get(formKey(form, version));
    return b ? decode(b) : undefined;
  }

  /** One of a form's files: what was uploaded with it, or a list. */
  async file(form: FormItem, name: string): Promise<Blob | undefined> {
    const f = form.files.find((f) => f.name === name);
    const b = await this.#store.get(f ? fileKey(f.sha256) : listKey(listOf(name)));
    return b ? new Blob([b], { type: typeOf(name) }) : undefined;
  }

  /**
   * Fetches what is missing or has changed: forms first, then their files, then lists. What arrived is kept, whatever fails after it.
   * Codes: as the link's. What the server does not have is left out: the form opens without it.
   */
  async fetch(forms: readonly FormItem[], signal?: AbortSignal): Promise<boolean> {
    let changed = false;
    const open = [...forms].sort((a, b) => Number(a.closed) - Number(b.closed));
    for (const f of open) {
      if ((await this.#store.keys(formKey(f.id, f.version))).length > 0) continue;
      const b = await this.#get(`/v1/forms/${part(f.id)}/${part(f.version)}/phone.xml`, {}, signal);
      if (b === undefined) continue;
      await this.#store.write(new Map([[formKey(f.id, f.version), b.bytes]]));
      changed = true;
    }
    const lists = new Set<string>();
    for (const f of open) {
      for (const file of f.files) {
        if ((await this.#store.keys(fileKey(file.sha256))).length > 0) continue;
        const b = await this.#get(`/v1/forms/${part(f.id)}/${part(f.version)}/files/${part(file.name)}`, {}, signal);
        if (b === undefined || (await sha256(b.bytes)) !== file.sha256) continue; // it has changed meanwhile: the next pull names the new one
        await this.#store.write(new Map([[fileKey(file.sha256), b.bytes]]));
        changed = true;
      }
      for (const name of namesIn((await this.xml(f.id, f.version)) ?? "")) {
        if (name.endsWith(".csv") && !f.files.some((file) => file.name === name)) lists.add(listOf(name));
      }
    }
    for (const list of lists) changed = (await this.#list(list, signal)) || changed;
    await this.#forget(forms);
    return changed;
  }

  async #list(list: string, signal: AbortSignal | undefined): Promise<boolean> {
    const tag = decode((await this.#store.get(tagKey(list))) ?? new Uint8Array(0)) ?? "";
    const b = await this.#get(`/v1/entity-lists/${part(list)}/list.csv`, tag === "" ? {} : { "If-None-Match": tag }, signal);
    if (b === undefined) return false;
    await this.#store.write(new Map([[listKey(list), b.bytes], [tagKey(list), encode(b.tag)]]));
    return true;
  }

  /** undefined where the server has nothing (new). */
  async #get(url: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<{ bytes: Bytes; tag: string } | undefined> {
    try {
      const res = await this.#client.raw({ method: "GET", url, headers, signal });
      return { bytes: new Uint8Array(await res.arrayBuffer()), tag: res.headers.get("ETag") ?? "" };
    } catch (err) {
      if (err instanceof Problem && [304, 403, 404].includes(err.status)) return undefined;
      throw err;
    }
  }

  /** Deletes files that no form of this phone names any more. Forms stay while the server lists them: a draft may need an old version. */
  async #forget(forms: readonly FormItem[]): Promise<void> {
    if (forms.length === 0) return;
    const keep = new Set([...forms.map((f) => formKey(f.id, f.version)), ...forms.flatMap((f) => f.files.map((file) => fileKey(file.sha256)))]);
    const gone = (await this.#store.keys("lib/file/")).filter((key) => !keep.has(key));
    if (gone.length > 0) await this.#store.write(new Map(gone.map((key) => [key, null])));
  }
}

function formKey(form: string, version: string): string {
  return `lib/form/${part(form)}/${part(version)}`;
}
function fileKey(sha256: string): string {
  return `lib/file/${sha256}`;
}
function listKey(list: string): string {
  return `lib/list/${part(list)}`;
}
function tagKey(list: string): string {
  return `lib/tag/${part(list)}`;
}

function listOf(name: string): string {
  return name.replace(/\.csv$/, "");
}

/** The names of files a form refers to. */
function namesIn(xml: string): Set<string> {
  return new Set([...xml.matchAll(/jr:\/\/[a-z-]+\/([^"'<>\s]+)/g)].map((m) => m[1]!));
}

async function sha256(b: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", b)));
}

function typeOf(name: string): string {
  const ext = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const types: Readonly<Record<string, string>> = {
    csv: "text/csv", geojson: "application/geo+json", xml: "text/xml", jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", svg: "image/svg+xml", gif: "image/gif",
    webp: "image/webp", mp3: "audio/mpeg", m4a: "audio/mp4", ogg: "audio/ogg", wav: "audio/wav", mp4: "video/mp4", webm: "video/webm",
  };
  return types[ext] ?? "application/octet-stream";
}
