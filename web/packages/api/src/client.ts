import type { Language } from "@ruhu/i18n";
import type { Answer, Method, Path, Request } from "./operation.ts";
import { Problem, problemOf } from "./problem.ts";

/** Gives the access token that calls carry. */
export interface Tokens {
  /** A token; undefined for none. renew: the server did not take the one before. */
  token(renew: boolean): Promise<string | undefined>;
}

export interface ClientOptions {
  /** Where the server is, without a slash at the end; "" for the page's own origin. */
  readonly base?: string;
  readonly tokens?: Tokens;
  /** The language of problems; of the browser where not given. */
  readonly language?: () => Language;
  readonly fetch?: typeof fetch;
  /** ms without a byte after which a call is given up; 60 s where not given. */
  readonly patience?: number;
  /** Hears the server's time of every answer, ms: phones with wrong clocks sign by it. */
  readonly clock?: (server: number) => void;
}

/** A call as bytes: what the typed ones are made of. */
export interface Raw {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body?: BodyInit | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Carry no token: the call is about getting one. */
  readonly anonymous?: boolean;
}

const refused = new Set(["unauthenticated", "token-expired", "token-invalid"]);

/** Calls the server. Everything that is no success throws a Problem. No call follows a redirect: a token goes nowhere else. */
export class Client {
  readonly #o: ClientOptions;

  constructor(o: ClientOptions = {}) {
    this.#o = o;
  }

  /** A call with JSON both ways, typed by server/openapi.yaml: call("get", "/v1/records/{id}", { path: { id } }). */
  async call<P extends Path, M extends Method<P>>(method: M, path: P, request: Request<P, M>): Promise<Answer<P, M>> {
    const r = request as { path?: object; query?: object; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal };
    const res = await this.raw({
      method: String(method).toUpperCase(), url: urlOf(path, r.path, r.query), signal: r.signal, headers: { ...(r.body !== undefined && { "Content-Type": "application/json" }), ...r.headers },
      body: r.body === undefined ? undefined : JSON.stringify(r.body),
    });
    const text = await this.#heard(() => res.text());
    return (text === "" ? undefined : parse(text, res.status)) as Answer<P, M>;
  }

  /** Any call; resolves when the head of a success is there. Its body throws a Problem where it breaks off. */
  async raw(r: Raw): Promise<Response> {
    for (let renew = false; ; renew = true) {
      const token = r.anonymous ? undefined : await this.#o.tokens?.token(renew);
      const res = await this.#send(r, token);
      if (res.ok) return res;
      const problem = await problemOf(res);
      if (renew || token === undefined || !refused.has(problem.code)) throw problem;
    }
  }

  async #send(r: Raw, token: string | undefined): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json, application/x-ndjson, application/problem+json", ...r.headers };
    if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
    if (this.#o.language) headers["Accept-Language"] = this.#o.language();
    const patience = new Patience(this.#o.patience ?? 60_000, r.signal);
    return this.#heard(async () => {
      const get = this.#o.fetch ?? fetch;
      const res = await patience.until(
        get((this.#o.base ?? "") + r.url, {
          method: r.method, headers, redirect: "error", cache: "no-store", signal: patience.signal, ...(r.body !== undefined && { body: r.body }),
        }),
      );
      const date = Date.parse(res.headers.get("Date") ?? "");
      if (!Number.isNaN(date)) this.#o.clock?.(date);
      return patience.watch(res);
    });
  }

  /** What fails on the way is that the server cannot be reached. */
  async #heard<T>(f: () => Promise<T>): Promise<T> {
    try {
      return await f();
    } catch (err) {
      if (err instanceof Problem) throw err;
      throw new Problem("busy", 0, { cause: err });
    }
  }
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (err) {
    throw new Problem("busy", status, { detail: "the answer is not whole", cause: err });
  }
}

function urlOf(path: string, names: object = {}, query: object = {}): string {
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((names as Record<string, unknown>)[name])));
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query) as [string, unknown][]) {
    for (const v of Array.isArray(value) ? (value as unknown[]) : [value]) if (v !== undefined && v !== null && v !== "") q.append(key, String(v));
  }
  const text = q.toString();
  return text === "" ? url : `${url}?${text}`;
}

/** Gives a call up when nothing has come for a while, however long it takes in all. */
class Patience {
  readonly #control = new AbortController();
  readonly #ms: number;
  /** Stops listening to the outer signal, which outlives many calls. */
  readonly #leave: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    if (outer?.aborted) this.#control.abort(outer.reason);
    const stop = (): void => this.#control.abort(outer?.reason);
    outer?.addEventListener("abort", stop);
    this.#leave = () => outer?.removeEventListener("abort", stop);
    this.#again();
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#control.abort(new Error("nothing has come for a while")), this.#ms);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#leave();
  }

  /** The answer's head; where it fails, nothing is waited for any more. */
  async until(answer: Promise<Response>): Promise<Response> {
    try {
      return await answer;
    } catch (err) {
      this.#end();
      throw err;
    }
  }

  /** The same answer, whose body is waited for as long as it moves. */
  watch(res: Response): Response {
    // Chromium gives 204 an empty body to read, and then makes no answer of it.
    if (!res.body || res.status === 204 || res.status === 205) {
      this.#end();
      return res;
    }
    const reader = res.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      pull: async (c) => {
        try {
          const { value, done } = await reader.read();
          if (done) {
            this.#end();
            c.close();
            return;
          }
          this.#again();
          c.enqueue(value);
        } catch (err) {
          this.#end();
          c.error(new Problem("busy", 0, { cause: err }));
        }
      },
      cancel: async (reason) => {
        this.#end();
        await reader.cancel(reason);
      },
    });
    this.#again();
    return new Response(body, { status: res.status, statusText: res.statusText, headers: res.headers });
  }
}
