// The other half of sync/twin's simulations: phones whose disk, link, clock and randomness are in Go. One JSON value a line; Go
// sends {do}, and gets {call} for whatever a phone needs meanwhile, which it answers, until {done} or {error}.

import { createECDH, createPrivateKey, sign } from "node:crypto";
import { type Bytes, Coded, fail, hex, unhex } from "@ruhu/merge";
import { lines } from "../../../tools/ndjson.ts";
import { type Answer, type EnrolRequest, type Enrolment, type ForkRequest, type Keys, Phone, type Step, type Store, type Transport } from "../src/index.ts";
import { inSession, type Json, onPhone, sessions } from "./commands.ts";

const input = lines(process.stdin);

function say(v: Json): void {
  process.stdout.write(JSON.stringify(v) + "\n");
}

async function hear(): Promise<Json | undefined> {
  const { value, done } = await input.next();
  return done ? undefined : (JSON.parse(value) as Json);
}

/** Asks Go for something on behalf of a phone. */
async function call(phone: number, what: string, args: Json = {}): Promise<Json> {
  say({ call: what, phone, ...args });
  const reply = (await hear()) ?? fail("internal", what, "nobody answers");
  if (reply["error"] !== undefined && reply["bytes"] === undefined) throw new Coded(String(reply["error"]), what, "in Go");
  return reply;
}

function b64(b: Uint8Array): string {
  return Buffer.from(b).toString("base64");
}

function unb64(s: unknown): Bytes {
  return new Uint8Array(Buffer.from(String(s), "base64"));
}

/** The disk of a phone is phone.Memory in Go. */
class GoStore implements Store {
  readonly #phone: number;
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(phone: number) {
    this.#phone = phone;
  }

  async load(visit: (key: string, value: Bytes | null) => void): Promise<void> {
    const { entries } = await call(this.#phone, "load");
    for (const [key, value] of entries as [string, string | null][]) visit(key, value === null ? null : unb64(value));
  }

  async commit(step: Step): Promise<void> {
    const entries = [...step.entries].map(([key, value]) => [key, value && b64(value)]);
    await call(this.#phone, "commit", { entries });
  }

  get(): Promise<undefined> {
    return Promise.resolve(undefined); // these phones have no files
  }

  keys(): Promise<string[]> {
    return Promise.resolve([]);
  }

  changed(): Promise<boolean> {
    return Promise.resolve(false);
  }

  hold<T>(what: "step" | "flow", f: () => Promise<T>): Promise<T> {
    const mine = (this.#tails.get(what) ?? Promise.resolve()).then(f);
    this.#tails.set(what, mine.catch(() => undefined));
    return mine;
  }
}

/** Keys made of the phone's randomness, as the reference phone makes them. A name is the private key. */
class SeededKeys implements Keys {
  readonly #random: (n: number) => Bytes;

  constructor(random: (n: number) => Bytes) {
    this.#random = random;
  }

  create(): Promise<string> {
    return Promise.resolve(hex(this.#random(32)));
  }

  publicKey(name: string): Promise<Bytes> {
    return Promise.resolve(publicKey(name));
  }

  sign(name: string, message: Bytes): Promise<Bytes> {
    const point = Buffer.from(publicKey(name));
    const jwk = {
      kty: "EC", crv: "P-256", d: Buffer.from(name, "hex").toString("base64url"), x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    };
    const key = createPrivateKey({ key: jwk, format: "jwk" });
    return Promise.resolve(new Uint8Array(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" })));
  }
}

function publicKey(name: string): Bytes {
  const e = createECDH("prime256v1");
  e.setPrivateKey(Buffer.from(unhex(name)!));
  return new Uint8Array(e.getPublicKey());
}

class GoLink implements Transport {
  readonly #phone: number;

  constructor(phone: number) {
    this.#phone = phone;
  }

  bind(c: { device: string; registryDevice: string; certificate: string; key: string }): void {
    bindings.set(this.#phone, { ...c });
  }

  async push(device: string, body: Bytes): Promise<Answer> {
    return this.#answer(await call(this.#phone, "push", { device, body: b64(body), bound: bindings.get(this.#phone) }));
  }

  pushPack(): Promise<Answer> {
    return Promise.reject(new Error("these phones carry nothing"));
  }

  async pull(cursor: string, limit: number): Promise<Answer> {
    return this.#answer(await call(this.#phone, "pull", { cursor, limit, bound: bindings.get(this.#phone) }));
  }

  async enrol(r: EnrolRequest): Promise<Enrolment> {
    return enrolment(await call(this.#phone, "enrol", { ...r }));
  }

  async fork(r: ForkRequest): Promise<Enrolment> {
    return enrolment(await call(this.#phone, "fork", { ...r }));
  }

  async *#answer(reply: Json): Answer {
    await Promise.resolve();
    yield unb64(reply["bytes"]);
    if (reply["error"] !== undefined) throw new Coded(String(reply["error"]), "answer", "in Go");
  }
}

function enrolment(r: Json): Enrolment {
  return { ...(r["enrolment"] as Enrolment), serverKey: undefined };
}

const bindings = new Map<number, Json>();
const phones: { phone: Phone; now: { at: number } }[] = [];

async function open(m: Json): Promise<Json> {
  const id = phones.length;
  const now = { at: m["now"] as number };
  const pool = unb64(m["random"]);
  let used = 0;
  const random = (n: number): Bytes => {
    if (used + n > pool.length) fail("internal", "random", "the phone has used all it was given");
    used += n;
    return pool.slice(used - n, used);
  };
  const phone = await Phone.open({
    store: new GoStore(id), keys: new SeededKeys(random), transport: new GoLink(id), now: () => now.at, random, maxLines: m["maxLines"] as number,
    keepOpened: m["keepOpened"] as boolean,
  });
  phones[id] = { phone, now };
  return { phone: id, bound: bindings.get(id) ?? null };
}

for (let m = await hear(); m; m = await hear()) {
  try {
    if (m["do"] === "open") {
      say({ done: await open(m) });
      continue;
    }
    const p = phones[m["phone"] as number]!;
    p.now.at = m["now"] as number;
    const done = typeof m["session"] === "number" ? await inSession(sessions[m["session"]]!, m) : await onPhone(p.phone, m);
    say({ done: { ...done, bound: bindings.get(m["phone"] as number) ?? null } });
  } catch (err) {
    if (!(err instanceof Coded)) throw err;
    say({ error: err.code, message: err.message });
  }
}
