import { Coded } from "@ruhu/merge";
import type { Client, Tokens } from "./client.ts";
import { Problem } from "./problem.ts";
import type { components } from "./schema.gen.ts";

/** What the server knows a phone by from one request to the next. */
export interface Session {
  readonly device: string;
  readonly access: string;
  /** Of access, ms by the phone's clock. */
  readonly expires: number;
  readonly refresh: string;
}

/** What a phone signs in with when its tokens are no good any more: its certificate, and its key, which never leaves it. */
export interface Certified {
  readonly device: string;
  readonly certificate: string;
  /** 64 bytes r ‖ s over the SHA-256 of a message, in base64url. */
  readonly sign: (message: string) => Promise<string>;
}

export interface SessionOptions {
  /** Calls that carry no token: about getting one. */
  readonly client: Client;
  /** Who the phone is now; undefined where it is nobody's. */
  readonly who: () => Certified | undefined;
  /** The session as it was last kept. */
  readonly kept?: Session | undefined;
  /** Keeps a session, before it is used: whatever answer or power is lost, one of the two is still good. */
  readonly keep: (s: Session) => Promise<void>;
  readonly now: () => number;
}

/** An access token is renewed when it has less left than this, ms. */
const reserve = 30_000;
/** No access token is good for as long as this: a clock that was put back says nothing of one that seems to be. */
const longest = 24 * 3600_000;

/**
 * A phone's session: an access token at hand, another by refresh token, or by certificate and a fresh signature. A restored
 * server, a fork or a lost reply never locks a phone out.
 */
export class DeviceSession implements Tokens {
  readonly #o: SessionOptions;
  #s: Session | undefined;
  #renewing: Promise<string> | undefined;
  /** The server's time minus the phone's, ms, as of the last answer. */
  #offset = 0;

  constructor(o: SessionOptions) {
    this.#o = o;
    this.#s = o.kept;
  }

  /** Hears the server's time. */
  clock(server: number): void {
    this.#offset = server - this.#o.now();
  }

  /** Begins the session of a device that has just been enrolled. */
  async begin(device: string, t: components["schemas"]["Session"]): Promise<void> {
    await this.#take(device, t);
  }

  async token(renew: boolean): Promise<string> {
    const who = this.#o.who();
    if (!who) throw new Coded("unauthenticated", "sign in", "this phone is not enrolled");
    const s = this.#s?.device === who.device ? this.#s : undefined;
    const left = (s?.expires ?? 0) - this.#o.now() - reserve;
    if (s && s.access !== "" && !renew && left > 0 && left < longest) return s.access;
    // Two calls at once renew once: a refresh token is good for one successor.
    this.#renewing ??= this.#renew(who, s).finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renew(who: Certified, s: Session | undefined): Promise<string> {
    const t = (s && s.refresh !== "" && (await this.#byRefresh(s.refresh))) || (await this.#byCertificate(who));
    return this.#take(who.device, t);
  }

  async #take(device: string, t: components["schemas"]["Session"]): Promise<string> {
    const s = { device, access: t.access_token ?? "", expires: this.#o.now() + 1000 * t.expires_in, refresh: t.refresh_token ?? "" };
    await this.#o.keep(s);
    this.#s = s;
    return s.access;
  }

  /** undefined where the refresh token is no good any more. */
  async #byRefresh(refresh: string): Promise<components["schemas"]["Session"] | undefined> {
    try {
      return await this.#o.client.call("post", "/v1/auth/refresh", { body: { refresh_token: refresh } });
    } catch (err) {
      if (err instanceof Problem && ["token-invalid", "token-expired", "token-reused", "unauthenticated"].includes(err.code)) return undefined;
      throw err;
    }
  }

  #byCertificate(who: Certified): Promise<components["schemas"]["Session"]> {
    return this.signed(
      who,
      (at) => `ruhu-refresh:${who.device}:${at}`,
      (at, signature) => this.#o.client.call("post", "/v1/auth/refresh", { body: { certificate: who.certificate, at, signature } }),
    );
  }

  /**
   * Makes a call with a fresh signature; again with the server's time where the phone's clock is too far from it, or the same
   * second was signed before.
   */
  async signed<T>(by: Pick<Certified, "sign">, message: (at: string) => string, call: (at: string, signature: string) => Promise<T>): Promise<T> {
    for (let n = 0; ; n++) {
      const at = new Date(this.#o.now() + this.#offset + 1000 * n).toISOString().replace(/\.\d+Z$/, "Z");
      try {
        return await call(at, await by.sign(message(at)));
      } catch (err) {
        if (n === 2 || !(err instanceof Problem) || err.code !== "stale-signature") throw err;
      }
    }
  }
}
