import { Problem } from "@ruhu/api";
import { type Bytes, codeOf, decode, encode } from "@ruhu/merge";
import { PhoneFault } from "../app/fault.ts";
import { partBytes, type SealedStore } from "../store/sealed.ts";
import { Pace } from "./pace.ts";
import { fits, hashInName } from "./sha256.ts";
import type { Tus } from "./tus.ts";

/** A file that is to be sent. */
interface Sending {
  /** Its upload on the server, once begun. */
  readonly at?: string;
  /** The server will never take it, and why. */
  readonly refused?: string;
}

/** A file the server has. */
interface Arrived {
  /** The life of the server in which it arrived: a server restored from before it has to get it again. */
  readonly epoch: string;
}

export interface FileLine {
  readonly record: string;
  readonly name: string;
  readonly bytes: number;
  /** "" = it will be sent. */
  readonly refused: string;
}

export interface UploadReport {
  done: number;
  /** Left for later: the answer that names it has not arrived, or the server would not have it yet. */
  left: number;
  refused: number;
  bytes: number;
}

export interface FilesOptions {
  readonly store: SealedStore;
  readonly tus: Tus;
  readonly steady?: () => number;
  readonly onProgress?: (done: number, total: number) => void;
}

const refusals = new Set(["unsupported-media", "too-large", "invalid", "erased"]);

/**
 * Files of answers, from the moment they are taken until a backup covers them. They lie with their record: "app/<record>/file/<name>",
 * beside it "…/send/<name>" while the server lacks it and "…/sent/<name>" when it has it. All of it survives a kill at any moment.
 */
export class Files {
  readonly #store: SealedStore;
  readonly #tus: Tus;
  readonly #steady: () => number;
  readonly #onProgress: (done: number, total: number) => void;
  readonly #pace = new Pace();

  constructor(o: FilesOptions) {
    this.#store = o.store;
    this.#tus = o.tus;
    this.#steady = o.steady ?? (() => performance.now());
    this.#onProgress = o.onProgress ?? (() => undefined);
  }

  /** Stores a file before any answer names it. Codes: attachment-missing (its name is not its hash), storage-full. */
  async put(record: string, name: string, file: Blob): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!(await fits(name, one(bytes)))) throw new PhoneFault("attachment-missing", "store file", { names: name });
    await this.#store.write(new Map([[fileKey(record, name), bytes]]));
  }

  /** undefined where it is not here, or damaged. */
  async get(record: string, name: string): Promise<Blob | undefined> {
    const bytes = await this.#store.get(fileKey(record, name));
    return bytes ? new Blob([bytes], { type: mediaType(name) }) : undefined;
  }

  /** Throws attachment-missing where a file is not here or not what its name says. */
  async require(record: string, names: readonly string[]): Promise<void> {
    const missing: string[] = [];
    for (const name of names) if (!(await fits(name, this.#pieces(fileKey(record, name))).catch(gone))) missing.push(name);
    if (missing.length > 0) throw new PhoneFault("attachment-missing", "check files", { n: missing.length, names: missing.join(" ") });
  }

  async *#pieces(key: string): AsyncIterable<Bytes> {
    await this.#store.changed();
    const size = this.#store.sizeNow(key) ?? -1;
    if (size < 0) throw new PhoneFault("attachment-missing", "read file");
    for (let at = 0; at < size; at += partBytes) {
      const piece = await this.#store.slice(key, at, Math.min(at + partBytes, size));
      if (!piece) throw new PhoneFault("attachment-missing", "read file");
      yield piece;
    }
  }

  /** What goes into the step that cuts answers which name files: from then on they are to be sent. */
  queue(record: string, names: readonly string[]): Map<string, Bytes | null> {
    return new Map(names.filter((name) => !this.#has(sentKey(record, name))).map((name) => [sendKey(record, name), json({})]));
  }

  /** Deletes files of a draft that no answer names any more. */
  orphans(record: string, named: ReadonlySet<string>): Map<string, Bytes | null> {
    const gone = namesUnder(this.#store, record, "file").filter((name) => !named.has(name) && !this.#has(sendKey(record, name)) && !this.#has(sentKey(record, name)));
    return new Map(gone.map((name) => [fileKey(record, name), null]));
  }

  #has(key: string): boolean {
    return this.#store.sizeNow(key) !== undefined;
  }

  /** Whether a record still has files to be sent, as of the store's last look. */
  pending(record: string): boolean {
    return namesUnder(this.#store, record, "send").length > 0;
  }

  /** What is still to be sent, and what the server refused. */
  async list(): Promise<FileLine[]> {
    const out: FileLine[] = [];
    for (const { record, name } of await this.#queued()) {
      const s = await this.#read<Sending>(sendKey(record, name));
      out.push({ record, name, bytes: this.#store.sizeNow(fileKey(record, name)) ?? 0, refused: s?.refused ?? "" });
    }
    return out;
  }

  async #queued(): Promise<{ record: string; name: string }[]> {
    return (await this.#store.keys("app/")).flatMap((key) => {
      const [, record = "", kind, name = ""] = key.split("/");
      return kind === "send" ? [{ record, name }] : [];
    });
  }

  async #read<T extends object>(key: string): Promise<T | undefined> {
    const b = await this.#store.get(key);
    const text = b && decode(b);
    return text ? (JSON.parse(text) as T) : undefined;
  }

  /**
   * Sends files, of those records whose answers have all arrived. What arrived stays arrived: a cut costs the chunk that was on its
   * way. Codes: as the link's; what the server says of one file is noted with it.
   */
  async upload(epoch: string, arrived: (record: string) => boolean, signal?: AbortSignal): Promise<UploadReport> {
    const r: UploadReport = { done: 0, left: 0, refused: 0, bytes: 0 };
    const list = await this.#queued();
    for (const [i, { record, name }] of list.entries()) {
      this.#onProgress(i, list.length);
      if (!arrived(record)) {
        r.left++;
        continue;
      }
      const s = await this.#read<Sending>(sendKey(record, name));
      if (!s) continue; // erased, or sent by another tab
      if (s.refused !== undefined) {
        r.refused++;
        continue;
      }
      await this.#one(record, name, s, epoch, r, signal);
    }
    this.#onProgress(list.length, list.length);
    return r;
  }

  async #one(record: string, name: string, s: Sending, epoch: string, r: UploadReport, signal?: AbortSignal): Promise<void> {
    try {
      await this.#send(record, name, s, r, signal);
      await this.#store.write(new Map([[sendKey(record, name), null], [sentKey(record, name), json({ epoch } satisfies Arrived)]]));
      r.done++;
    } catch (err) {
      const code = codeOf(err);
      if (code === "not-found" || code === "over-quota") r.left++; // its answers are on their way through the office, or tomorrow is another day
      else if (refusals.has(code)) await this.#refuse(record, name, code, r);
      else if (code === "attachment-missing") await this.#refuse(record, name, "damaged", r);
      else throw err;
    }
  }

  async #refuse(record: string, name: string, code: string, r: UploadReport): Promise<void> {
    r.refused++;
    await this.#store.write(new Map([[sendKey(record, name), json({ refused: code } satisfies Sending)]]));
  }

  async #send(record: string, name: string, s: Sending, r: UploadReport, signal?: AbortSignal): Promise<void> {
    const key = fileKey(record, name);
    const size = this.#store.sizeNow(key);
    if (size === undefined) throw new PhoneFault("attachment-missing", "upload", { names: name });
    let at = s.at;
    let offset = at === undefined ? undefined : await this.#tus.offset(at, signal);
    for (let begun = 0; offset === undefined || offset < size; ) {
      if (at === undefined || offset === undefined) {
        // A server that forgets an upload again and again is one that cannot take it now.
        if (begun++ > 1) throw new Problem("busy", 0);
        at = await this.#tus.begin(record, name, size, signal);
        await this.#store.write(new Map([[sendKey(record, name), json({ at } satisfies Sending)]]));
        offset = 0;
      }
      const piece = await this.#store.slice(key, offset, Math.min(offset + this.#pace.bytes, size));
      if (!piece) throw new PhoneFault("attachment-missing", "upload", { names: name });
      const begunAt = this.#steady();
      try {
        const next = await this.#tus.send(at, offset, piece, signal);
        this.#pace.went(next - offset, this.#steady() - begunAt);
        r.bytes += Math.max(next - offset, 0);
        offset = next;
      } catch (err) {
        if (!(err instanceof Problem) || err.status === 0 || err.status >= 500) this.#pace.broke();
        if (!(err instanceof Problem) || (err.status !== 409 && err.status !== 404 && err.status !== 410)) throw err;
        if (err.code !== "not-found" && err.code !== "conflict") throw err;
        offset = await this.#tus.offset(at, signal); // it stands elsewhere, or is gone
        if (offset === undefined) at = undefined;
      }
    }
  }

  /**
   * After answers went: sends again what arrived in a former life of the server, and lets go of what it has where nothing of the record
   * needs it any more.
   */
  async settle(epoch: string, needed: (record: string) => boolean): Promise<void> {
    const changes = new Map<string, Bytes | null>();
    for (const key of await this.#store.keys("app/")) {
      const [, record = "", kind, name = ""] = key.split("/");
      if (kind !== "sent") continue;
      const s = await this.#read<Arrived>(key);
      if (s?.epoch !== epoch && this.#has(fileKey(record, name))) {
        changes.set(key, null);
        changes.set(sendKey(record, name), json({}));
      } else if (!needed(record)) {
        changes.set(key, null);
        changes.set(fileKey(record, name), null);
      }
    }
    if (changes.size > 0) await this.#store.write(changes);
  }
}

function gone(err: unknown): boolean {
  if (codeOf(err) !== "attachment-missing") throw err;
  return false;
}

async function* one(b: Bytes): AsyncIterable<Bytes> {
  await Promise.resolve();
  yield b;
}

function json(v: object): Bytes {
  return encode(JSON.stringify(v));
}

function fileKey(record: string, name: string): string {
  return `app/${record}/file/${name}`;
}
function sendKey(record: string, name: string): string {
  return `app/${record}/send/${name}`;
}
function sentKey(record: string, name: string): string {
  return `app/${record}/sent/${name}`;
}

function namesUnder(store: SealedStore, record: string, kind: string): string[] {
  const prefix = `app/${record}/${kind}/`;
  return store.keysNow(prefix).map((key) => key.slice(prefix.length));
}

/** The names of files among values. */
export function filesIn(values: Iterable<string | null>): string[] {
  return [...new Set([...values].filter((v): v is string => hashInName(v) !== undefined))];
}

const types: Readonly<Record<string, string>> = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif", heic: "image/heic", mp4: "video/mp4", webm: "video/webm", mov: "video/quicktime",
  "3gp": "video/3gpp", m4a: "audio/mp4", mp3: "audio/mpeg", ogg: "audio/ogg", oga: "audio/ogg", opus: "audio/ogg", wav: "audio/wav", amr: "audio/amr", aac: "audio/aac", csv: "text/csv",
  pdf: "application/pdf",
};

function mediaType(name: string): string {
  return types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
