import { Client, type components, DeviceSession, Problem, type Session } from "@ruhu/api";
import type { Language } from "@ruhu/i18n";
import { type Bytes, Coded, encode, fail } from "@ruhu/merge";
import { base64, base64url, unbase64 } from "./base64.ts";
import { gzip, packType } from "./pack.ts";
import type { Answer, Credentials, EnrolRequest, Enrolment, ForkRequest, Keys, Transport } from "./ports.ts";

/** Keeps a phone's session beside the phone, so that a restart needs no new one. */
export interface SessionStore {
  read(): Promise<Session | undefined>;
  write(s: Session): Promise<void>;
}

export interface HTTPOptions {
  /** Where the server is, without a slash at the end; "" for the page's own origin. */
  readonly base: string;
  readonly keys: Keys;
  readonly sessions: SessionStore;
  readonly now: () => number;
  readonly language?: () => Language;
  readonly fetch?: typeof fetch;
  /** Hears the server's time of every answer, ms. */
  readonly heard?: (server: number) => void;
  /** ms without a byte after which a request is given up; 60 s where not given. */
  readonly patience?: number;
}

/** Packing is not worth it below this. */
const packedFrom = 256;

/** A phone's way to the server over HTTP. */
export class HTTP implements Transport {
  readonly #o: HTTPOptions;
  readonly #session: DeviceSession;
  readonly #client: Client;
  /** Carries no token. */
  readonly #anonymous: Client;
  #me: Credentials | undefined;
  /** Of enrolments that the phone has not saved yet, by device. */
  readonly #fresh = new Map<string, components["schemas"]["Enrolled"]>();

  private constructor(o: HTTPOptions, kept: Session | undefined) {
    this.#o = o;
    const clock = (server: number): void => {
      this.#session.clock(server);
      o.heard?.(server);
    };
    const common = {
      base: o.base, clock, ...(o.language && { language: o.language }), ...(o.fetch && { fetch: o.fetch }), ...(o.patience !== undefined && { patience: o.patience }),
    };
    this.#anonymous = new Client(common);
    this.#session = new DeviceSession({ client: this.#anonymous, who: () => this.#who(), kept, keep: (s) => o.sessions.write(s), now: o.now });
    this.#client = new Client({ ...common, tokens: { token: (renew) => this.#token(renew) } });
  }

  static async open(o: HTTPOptions): Promise<HTTP> {
    return new HTTP(o, await o.sessions.read());
  }

  /** Calls the server as the phone, for what is no sync: forms, attachments. */
  get client(): Client {
    return this.#client;
  }

  bind(c: Credentials): void {
    this.#me = c;
  }

  #who(): { device: string; certificate: string; sign: (message: string) => Promise<string> } | undefined {
    const me = this.#me;
    return me && { device: me.device, certificate: me.certificate, sign: (message) => this.#sign(me.key, message) };
  }

  async #sign(key: string, message: string): Promise<string> {
    return base64url(await this.#o.keys.sign(key, encode(message)));
  }

  /** The session of an enrolment begins with the first call after the phone saved it. */
  async #token(renew: boolean): Promise<string> {
    const device = this.#me?.device ?? "";
    const fresh = this.#fresh.get(device);
    if (fresh) {
      await this.#session.begin(device, fresh);
      this.#fresh.clear();
    }
    return this.#session.token(renew);
  }

  async push(_device: string, body: Bytes, signal?: AbortSignal): Promise<Answer> {
    const packed = body.length > packedFrom;
    const headers = { "Content-Type": "application/x-ndjson", ...(packed && { "Content-Encoding": "gzip" }) };
    return this.#stream("POST", "/v1/sync/push", headers, packed ? await gzip(body) : body, signal);
  }

  pushPack(pack: Bytes, signal?: AbortSignal): Promise<Answer> {
    return this.#stream("POST", "/v1/sync/push", { "Content-Type": packType }, pack, signal);
  }

  pull(cursor: string, limit: number, signal?: AbortSignal): Promise<Answer> {
    const q = new URLSearchParams({ limit: String(limit), ...(cursor !== "" && { cursor }) });
    return this.#stream("GET", `/v1/sync/pull?${q.toString()}`, {}, undefined, signal);
  }

  async #stream(method: string, url: string, headers: Record<string, string>, body: Bytes | undefined, signal?: AbortSignal): Promise<Answer> {
    const res = await this.#client.raw({ method, url, headers, body, signal });
    return chunks(res);
  }

  async enrol(r: EnrolRequest): Promise<Enrolment> {
    const public_key = await this.#publicKey(r.key);
    const code = normalCode(r.code);
    // The signature proves, when an answer was lost, that it is the same phone that asks again.
    const e = await this.#session.signed(
      { sign: (message) => this.#sign(r.key, message) },
      (at) => `ruhu-enrol:${code}:${at}`,
      (at, signature) => this.#enrol({ code: r.code, name: r.name, platform: r.platform, public_key, at, signature }),
    );
    return this.#enrolled(e);
  }

  async fork(r: ForkRequest): Promise<Enrolment> {
    const public_key = await this.#publicKey(r.newKey);
    const e = await this.#session.signed(
      { sign: (message) => this.#sign(r.key, message) },
      (at) => `ruhu-fork:${r.device}:${at}:${public_key}`,
      (at, signature) => this.#enrol({ certificate: r.certificate, name: "", platform: "", public_key, at, signature, reason: "fork" }),
    );
    return this.#enrolled(e);
  }

  #enrol(body: components["schemas"]["EnrolRequest"]): Promise<components["schemas"]["Enrolled"]> {
    return this.#anonymous.call("post", "/v1/devices", { body });
  }

  async #publicKey(key: string): Promise<string> {
    const point = await this.#o.keys.publicKey(key);
    return point ? base64(point) : fail("unauthenticated", "public key", "the phone's key is gone");
  }

  #enrolled(e: components["schemas"]["Enrolled"]): Enrolment {
    if (!e.device || !e.registry_device || !e.epoch) throw new Problem("busy", 0, { detail: "the server's answer is not whole" });
    this.#fresh.set(e.device, e);
    const serverKey = unbase64(e.server_key ?? "");
    return {
      device: e.device, registryDevice: e.registry_device, certificate: e.certificate ?? "", worker: e.worker.id, workerName: e.worker.name, grids: e.grids,
      epoch: e.epoch, serverKey: serverKey?.length === 65 ? serverKey : undefined, // without one no packs with this server
    };
  }
}

/** The bytes of a body as they come; not every browser can iterate a stream. */
async function* chunks(res: Response): Answer {
  if (!res.body) return;
  const reader = res.body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // whoever stops reading early lets go of the connection
  }
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const codeChars = 26;

/**
 * An enrolment code as it was printed, whatever a person made of it: lower case, spaces and hyphens, O for 0, I or L for 1, digits
 * of full width. Code: code-unknown.
 */
export function normalCode(typed: string): string {
  const out = [...typed.toUpperCase()]
    .filter((c) => !" -\t\u3000－".includes(c))
    .map((c) => (c >= "０" && c <= "９" ? String(c.charCodeAt(0) - 0xff10) : c))
    .map((c) => (c === "O" ? "0" : c === "I" || c === "L" ? "1" : c));
  if (out.length !== codeChars || out.some((c) => !crockford.includes(c))) throw new Coded("code-unknown", "read enrolment code", "not an enrolment code");
  return out.join("");
}
