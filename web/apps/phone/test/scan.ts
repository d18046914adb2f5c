// Looks for words anywhere in what a browser keeps: every database, every key and index, every value at any depth, as text and as
// bytes, also where they are written in another way.

/** What was found: the word and where. */
export interface Find {
  readonly word: string;
  readonly where: string;
}

interface Needle {
  readonly word: string;
  readonly as: string;
  /** Latin-1 of the bytes that are looked for. */
  readonly bytes: string;
}

function latin1(b: Uint8Array): string {
  let s = "";
  for (let i = 0; i < b.length; i += 8192) s += String.fromCharCode(...b.subarray(i, i + 8192));
  return s;
}

/** The ways a word may lie on a disk. Of base64, what is the same whatever comes before it: at each of the three alignments. */
function needles(word: string): Needle[] {
  const utf8 = new TextEncoder().encode(word);
  const u16 = (little: boolean): Uint8Array => {
    const out = new DataView(new ArrayBuffer(2 * word.length));
    for (let i = 0; i < word.length; i++) out.setUint16(2 * i, word.charCodeAt(i), little);
    return new Uint8Array(out.buffer);
  };
  const out: Needle[] = [];
  const add = (as: string, bytes: string): void => void (bytes.length >= 4 && out.push({ word, as, bytes }));
  for (const [as, b] of [["utf-8", utf8], ["utf-16le", u16(true)], ["utf-16be", u16(false)]] as const) {
    add(as, latin1(b));
    add(`${as} hex`, [...b].map((c) => c.toString(16).padStart(2, "0")).join(""));
    for (let pad = 0; pad < 3; pad++) {
      const text = btoa("\0".repeat(pad) + latin1(b)).replace(/=+$/, "");
      const [from, to] = [pad === 0 ? 0 : pad + 1, Math.floor(((pad + b.length) * 8) / 6)];
      const core = text.slice(from, to);
      add(`${as} base64+${pad}`, core);
      add(`${as} base64url+${pad}`, core.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  add("json escapes", [...word].map((c) => (c > "\x7f" ? "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0") : c)).join(""));
  add("percent", encodeURIComponent(word));
  return out;
}

export class Scanner {
  readonly #needles: Needle[];
  readonly finds: Find[] = [];
  bytes = 0;

  constructor(words: readonly string[]) {
    this.#needles = words.flatMap(needles);
  }

  get found(): Set<string> {
    return new Set(this.finds.map((f) => f.word));
  }

  async databases(): Promise<void> {
    for (const { name } of await indexedDB.databases()) if (name !== undefined) await this.database(name);
  }

  async database(name: string): Promise<void> {
    this.look(name, "name of a database");
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const r = indexedDB.open(name);
      r.onsuccess = () => resolve(r.result);
      r.onerror = () => reject(r.error ?? new Error("cannot be opened"));
    });
    for (const store of Array.from(db.objectStoreNames)) {
      const tx = db.transaction(store, "readonly");
      const s = tx.objectStore(store);
      const all = <T>(r: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          r.onsuccess = () => resolve(r.result);
          r.onerror = () => reject(r.error ?? new Error("cannot be read"));
        });
      const keys = all(s.getAllKeys());
      const values = all(s.getAll() as IDBRequest<unknown[]>);
      const indexes = Array.from(s.indexNames).map(async (i) => {
        const entries: unknown[] = [];
        await new Promise<void>((resolve) => {
          const r = s.index(i).openKeyCursor();
          r.onsuccess = () => {
            if (!r.result) return resolve();
            entries.push(r.result.key);
            r.result.continue();
          };
        });
        return entries;
      });
      for (const key of await keys) this.look(key, `${name}/${store} key`);
      for (const value of await values) this.look(value, `${name}/${store} value`);
      for (const i of await Promise.all(indexes)) for (const key of i) this.look(key, `${name}/${store} index`);
    }
    db.close();
  }

  /** Looks through a structured clone. */
  look(v: unknown, where: string, depth = 0): void {
    if (depth > 20 || v === null || v === undefined) return;
    if (typeof v === "string") return this.#text(v, where);
    if (typeof v !== "object") return this.#text(String(v), where);
    if (v instanceof ArrayBuffer) return this.#raw(new Uint8Array(v), where);
    if (ArrayBuffer.isView(v)) return this.#raw(new Uint8Array(v.buffer, v.byteOffset, v.byteLength), where);
    if (v instanceof Date) return this.#text(v.toISOString(), where);
    if (v instanceof Map) for (const [key, value] of v) [key, value].forEach((x: unknown) => this.look(x, where, depth + 1));
    else if (v instanceof Set) for (const x of v) this.look(x, where, depth + 1);
    else for (const [key, value] of Object.entries(v)) [key, value].forEach((x: unknown) => this.look(x, `${where}.${key}`, depth + 1));
  }

  #text(s: string, where: string): void {
    this.#raw(new TextEncoder().encode(s), where);
  }

  #raw(b: Uint8Array, where: string): void {
    this.bytes += b.length;
    const hay = latin1(b);
    for (const n of this.#needles) if (hay.includes(n.bytes)) this.finds.push({ word: n.word, where: `${where} as ${n.as}` });
  }
}
