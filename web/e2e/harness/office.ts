// A person at a desk: an account's token and the routes of the contract.

import { randomUUID } from "node:crypto";

export interface Brief {
  readonly id: string;
  readonly form: string;
  readonly status: string;
  readonly case?: string;
  readonly village: string;
}

export interface OfficeRecord extends Brief {
  readonly answers: Readonly<Record<string, string | null>>;
  readonly siblings: Readonly<Record<string, readonly { readonly value: string | null; readonly author: string }[]>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly conflicts: readonly string[];
  readonly flags: readonly string[];
  readonly broken: readonly unknown[];
  readonly missing_attachments: readonly string[];
  readonly ctx: string;
  readonly stub?: boolean;
  readonly assignees?: readonly string[];
}

export interface Entry {
  readonly path: string;
  readonly value: string | null;
  readonly row?: string;
  readonly author: string;
  readonly office: boolean;
}

export interface Device {
  readonly id: string;
  readonly worker: string;
  readonly state: string;
  readonly fork_of?: string;
}

export class Office {
  readonly #base: () => string;
  readonly #login: string;
  readonly #password: string;
  #token = "";
  #since = 0;

  constructor(base: () => string, login: string, password: string) {
    this.#base = base;
    this.#login = login;
    this.#password = password;
  }

  /** Asks and returns the answer; a refusal is an error with status and code. */
  async ask(method: string, path: string, body?: unknown): Promise<Response> {
    if (Date.now() - this.#since > 8 * 60_000) await this.signIn();
    const res = await this.#send(method, path, body);
    if (res.status < 300) return res;
    throw new Error(`${method} ${path}: ${res.status} ${await res.text()}`);
  }

  /** After the server came back from a backup tokens are worth nothing. */
  async signIn(): Promise<void> {
    this.#token = "";
    const res = await this.#send("POST", "/v1/auth/login", { username: this.#login, password: this.#password });
    if (res.status !== 200) throw new Error(`login of ${this.#login}: ${res.status} ${await res.text()}`);
    this.#token = ((await res.json()) as { access_token: string }).access_token;
    this.#since = Date.now();
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
    if (this.#token) headers["Authorization"] = `Bearer ${this.#token}`;
    return fetch(this.#base() + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.ask(method, path, body)).json()) as T;
  }

  async records(filter: Record<string, string> = {}): Promise<Brief[]> {
    const all: Brief[] = [];
    for (let cursor = ""; ; ) {
      const q = new URLSearchParams({ limit: "200", ...filter, ...(cursor ? { cursor } : {}) });
      const page = await this.json<{ items: Brief[]; next?: string }>("GET", `/v1/records?${q}`);
      all.push(...page.items);
      if (!page.next) return all;
      cursor = page.next;
    }
  }

  record(id: string): Promise<OfficeRecord> {
    return this.json("GET", `/v1/records/${id}`);
  }

  async history(id: string): Promise<Entry[]> {
    return (await this.json<{ items: Entry[] }>("GET", `/v1/records/${id}/history`)).items;
  }

  async file(name: string): Promise<Uint8Array> {
    const hash = /^sha256-([0-9a-f]{64})\./.exec(name)?.[1] ?? name;
    return new Uint8Array(await (await this.ask("GET", `/v1/attachments/${hash}`)).arrayBuffer());
  }

  async review(id: string, decision: "approve" | "return", comment = "", fields: Record<string, string> = {}): Promise<void> {
    const { ctx } = await this.record(id);
    await this.ask("POST", `/v1/records/${id}/review`, { ctx, decision, ...(comment ? { comment } : {}), ...(Object.keys(fields).length > 0 ? { fields } : {}) });
  }

  async change(id: string, set: Record<string, string | null>, reason: string): Promise<void> {
    const { ctx } = await this.record(id);
    await this.ask("POST", `/v1/records/${id}/changes`, { ctx, set, reason });
  }

  async devices(): Promise<Device[]> {
    return (await this.json<{ items: Device[] }>("GET", "/v1/devices?limit=200")).items;
  }

  async quarantine(area: string): Promise<{ id: string; status: string; code?: string; record?: string }[]> {
    return (await this.json<{ items: { id: string; status: string; code?: string; record?: string }[] }>("GET", `/v1/quarantine?limit=200&street=${area}`)).items;
  }
}
