import { type Bytes, encode, hex } from "@ruhu/merge";
import { PhoneFault } from "../app/fault.ts";

const nonceBytes = 12;

/**
 * Seals values of one store: AES-256-GCM under the store's data key, a fresh nonce each, bound to where the value lies, so that a
 * row moved to another place opens nowhere. Names of places become HMACs: what they say ("copy/<record>", "item/household/…") is as
 * secret as what lies there. The keys cannot be extracted; after drop nothing opens any more.
 */
export class Sealer {
  #seal: CryptoKey | undefined;
  #name: CryptoKey | undefined;
  readonly #ids = new Map<string, string>();

  private constructor(seal: CryptoKey, name: CryptoKey) {
    this.#seal = seal;
    this.#name = name;
  }

  /** Of a data key of 32 bytes, which the caller wipes. */
  static async of(data: Bytes): Promise<Sealer> {
    const master = await crypto.subtle.importKey("raw", data, "HKDF", false, ["deriveKey"]);
    const derive = (info: string, kind: AesKeyGenParams | HmacKeyGenParams, uses: KeyUsage[]): Promise<CryptoKey> =>
      crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: encode(info) }, master, kind, false, uses);
    return new Sealer(
      await derive("ruhu-phone-values-1", { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]),
      await derive("ruhu-phone-names-1", { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]),
    );
  }

  get open(): boolean {
    return this.#seal !== undefined;
  }

  /** Forgets the keys. */
  drop(): void {
    this.#seal = this.#name = undefined;
    this.#ids.clear();
  }

  /** Seals a value for a place. */
  async seal(place: string, value: Bytes): Promise<Bytes> {
    const key = this.#seal ?? locked("seal");
    const iv = crypto.getRandomValues(new Uint8Array(nonceBytes));
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(place) }, key, value));
    const out = new Uint8Array(nonceBytes + sealed.length);
    out.set(iv);
    out.set(sealed, nonceBytes);
    return out;
  }

  /** What was sealed for a place; null where it is damaged, or was sealed for another place or store. */
  async unseal(place: string, sealed: Bytes): Promise<Bytes | null> {
    const key = this.#seal ?? locked("unseal");
    try {
      const iv = sealed.subarray(0, nonceBytes);
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(place) }, key, sealed.subarray(nonceBytes)));
    } catch {
      return null;
    }
  }

  /** What a name is called in the store: 128 bits that tell nothing of it. */
  async id(name: string): Promise<string> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const key = this.#name ?? locked("name");
    const id = hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(name))).subarray(0, 16));
    this.#ids.set(name, id);
    return id;
  }
}

function locked(op: string): never {
  throw new PhoneFault("locked", op);
}
