import { type Bytes, Coded, hex } from "@ruhu/merge";
import type { Keys } from "./ports.ts";

/** Keeps key pairs by name, as they are: IndexedDB can, also those that cannot be extracted. */
export interface Cabinet {
  get(name: string): Promise<CryptoKeyPair | undefined>;
  /** Resolves when the pair is durable. */
  put(name: string, pair: CryptoKeyPair): Promise<void>;
}

const ecdsa = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Keys of WebCrypto: the private halves cannot be extracted, not even by this program. */
export class WebKeys implements Keys {
  readonly #cabinet: Cabinet;

  constructor(cabinet: Cabinet) {
    this.#cabinet = cabinet;
  }

  async create(): Promise<string> {
    const pair = await crypto.subtle.generateKey(ecdsa, false, ["sign", "verify"]);
    const name = "key_" + hex(crypto.getRandomValues(new Uint8Array(8)));
    await this.#cabinet.put(name, pair);
    return name;
  }

  async publicKey(name: string): Promise<Bytes | undefined> {
    const pair = await this.#cabinet.get(name);
    return pair && new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  }

  async sign(name: string, message: Bytes): Promise<Bytes> {
    const pair = await this.#cabinet.get(name);
    if (!pair) throw new Coded("unauthenticated", "sign", "the phone's key is gone");
    return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, message));
  }
}

/** A Cabinet in memory. */
export class MemoryCabinet implements Cabinet {
  readonly #pairs = new Map<string, CryptoKeyPair>();

  async get(name: string): Promise<CryptoKeyPair | undefined> {
    await Promise.resolve();
    return this.#pairs.get(name);
  }

  async put(name: string, pair: CryptoKeyPair): Promise<void> {
    await Promise.resolve();
    this.#pairs.set(name, pair);
  }
}
