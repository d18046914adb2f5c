import { Client, Problem } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";

/** A way to the server by the session's cookie. */
export interface DeskClientOptions {
  readonly language: () => Language;
  /** Goes with what writes; changes when somebody signs in anew. */
  readonly csrf: () => string;
  /** The session has ended, or another tab has begun a new one: resolves when the call can be made once more. */
  readonly recover: (code: string) => Promise<void>;
  readonly fetch?: typeof fetch;
}

const ended = new Set(["unauthenticated", "token-expired", "token-invalid", "csrf"]);

/**
 * Calls of the office. Where the session has ended a call waits until somebody has signed in again, so that nothing that was typed is
 * lost.
 */
export class DeskClient extends Client {
  readonly #o: DeskClientOptions;

  constructor(o: DeskClientOptions) {
    super({
      language: o.language,
      fetch: (url, init) => (o.fetch ?? fetch)(url, { ...init, credentials: "same-origin", headers: { ...(init?.headers as Record<string, string>), ...(reads(init?.method) ? {} : { "X-Ruhu-CSRF": o.csrf() }) } }),
    });
    this.#o = o;
  }

  override async raw(r: Parameters<Client["raw"]>[0]): Promise<Response> {
    for (let tries = 0; ; tries++) {
      try {
        return await super.raw(r);
      } catch (err) {
        if (tries === 3 || r.anonymous || !(err instanceof Problem) || !ended.has(err.code)) throw err;
        await this.#o.recover(err.code);
      }
    }
  }
}

function reads(method = "GET"): boolean {
  return method === "GET" || method === "HEAD";
}

/** What goes wrong as a problem, whatever was thrown. */
export function problemFrom(err: unknown): Problem {
  return err instanceof Problem ? err : new Problem("internal", 0, { cause: err });
}

/** A key under which a write is done once, however often it is sent. */
export function onceKey(): string {
  return crypto.randomUUID();
}
