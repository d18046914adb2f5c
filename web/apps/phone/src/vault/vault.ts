import { type Bytes, encode } from "@ruhu/merge";
import { PhoneFault } from "../app/fault.ts";
import { checkPin, keyOfPin, measureRounds } from "./pin.ts";
import { Sealer } from "./sealer.ts";

/** Wrong PINs after which the wrap is destroyed. */
export const mostTries = 10;

/** The one row of a vault. Without wrap and device it is destroyed: nothing opens what was sealed under its data key. */
export interface VaultRow {
  readonly id: "vault";
  readonly v: 1;
  readonly salt: Bytes;
  readonly rounds: number;
  /** AES-GCM(device, AES-GCM(PIN, data key)). */
  readonly wrap?: Bytes;
  /** Cannot be extracted: it opens nothing outside this browser's profile. */
  readonly device?: CryptoKey;
  /** Attempts since the last right one, counted before each is looked at. */
  readonly tries: number;
}

/** Where the row lies: each method is one durable transaction. */
export interface VaultDisk {
  read(): Promise<VaultRow | undefined>;
  /** Replaces the row by what f makes of it; f may throw, then nothing changes. Nobody else writes between. */
  change(f: (row: VaultRow | undefined) => VaultRow): Promise<VaultRow>;
}

export interface VaultOptions {
  /** Rounds of PBKDF2; measured where not given. */
  readonly rounds?: number;
}

/**
 * A store's data key, which exists only wrapped: by the PIN and, around that, by a key of this browser that cannot be extracted. Both
 * are needed, here, and ten wrong PINs take the wrap away. That the counter is written before the PIN is looked at means that
 * pulling the battery wins no attempt.
 */
export class Vault {
  readonly #disk: VaultDisk;
  readonly #o: VaultOptions;

  constructor(disk: VaultDisk, o: VaultOptions = {}) {
    this.#disk = disk;
    this.#o = o;
  }

  /** Makes the vault anew, with a new data key: what an older one sealed is gone. Code: weak-pin. */
  async create(pin: string): Promise<Sealer> {
    checkPin(pin);
    const data = crypto.getRandomValues(new Uint8Array(32));
    try {
      await this.#wrap(data, pin);
      return await Sealer.of(data);
    } finally {
      data.fill(0);
    }
  }

  /** Codes: wrong-pin (left: tries left), pin-destroyed. */
  async unlock(pin: string): Promise<Sealer> {
    const data = await this.#open("unlock", pin);
    try {
      return await Sealer.of(data);
    } finally {
      data.fill(0);
    }
  }

  /** The same data key under another PIN. Codes: wrong-pin, pin-destroyed, weak-pin. */
  async changePin(old: string, next: string): Promise<void> {
    checkPin(next);
    const data = await this.#open("change PIN", old);
    try {
      await this.#wrap(data, next);
    } finally {
      data.fill(0);
    }
  }

  async status(): Promise<{ triesLeft: number; destroyed: boolean }> {
    const row = await this.#disk.read();
    const destroyed = !row?.wrap || row.tries >= mostTries;
    return { triesLeft: destroyed ? 0 : mostTries - row.tries, destroyed };
  }

  /** Takes the wrap away. */
  async destroy(): Promise<void> {
    await this.#disk.change(destroyed);
  }

  async #wrap(data: Bytes, pin: string): Promise<void> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const rounds = this.#o.rounds ?? (await measureRounds());
    const device = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const inner = await gcm("encrypt", await keyOfPin(pin, salt, rounds), data);
    const wrap = await gcm("encrypt", device, inner!);
    await this.#disk.change(() => ({ id: "vault", v: 1, salt, rounds, wrap: wrap!, device, tries: 0 }));
  }

  async #open(op: string, pin: string): Promise<Bytes> {
    const row = await this.#disk.change((row) => {
      if (!row?.wrap || !row.device) throw new PhoneFault("pin-destroyed", op);
      return row.tries >= mostTries ? destroyed(row) : { ...row, tries: row.tries + 1 };
    });
    if (!row.wrap || !row.device) throw new PhoneFault("pin-destroyed", op);
    const inner = await gcm("decrypt", row.device, row.wrap);
    const data = inner && (await gcm("decrypt", await keyOfPin(pin, row.salt, row.rounds), inner));
    const after = await this.#disk.change((now) => {
      if (!now?.wrap) return destroyed(now); // another tab has used up the tries meanwhile
      if (data) return { ...now, tries: 0 };
      return now.tries >= mostTries ? destroyed(now) : now;
    });
    if (!after.wrap) throw new PhoneFault("pin-destroyed", op);
    if (!data) throw new PhoneFault("wrong-pin", op, { left: mostTries - after.tries });
    return data;
  }
}

function destroyed(row: VaultRow | undefined): VaultRow {
  return { id: "vault", v: 1, salt: row?.salt ?? new Uint8Array(16), rounds: row?.rounds ?? 0, tries: mostTries };
}

/** nonce ‖ AES-256-GCM; null where it does not open. */
async function gcm(what: "encrypt" | "decrypt", key: CryptoKey, b: Bytes): Promise<Bytes | null> {
  const additionalData = encode("ruhu-vault-1");
  if (what === "encrypt") {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, b));
    const out = new Uint8Array(12 + sealed.length);
    out.set(iv);
    out.set(sealed, 12);
    return out;
  }
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: b.subarray(0, 12), additionalData }, key, b.subarray(12)));
  } catch {
    return null;
  }
}
