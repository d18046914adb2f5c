import { type Bytes, hex } from "@ruhu/merge";

const k = Uint32Array.from({ length: 64 }, (_, i) => fraction(Math.cbrt(prime(i))));
const begin = Uint32Array.from({ length: 8 }, (_, i) => fraction(Math.sqrt(prime(i))));

function prime(i: number): number {
  let n = 1;
  for (let found = -1; found < i; ) {
    n++;
    let d = 2;
    while (d * d <= n && n % d !== 0) d++;
    if (d * d > n) found++;
  }
  return n;
}

/** The first 32 bits of what comes after the point. */
function fraction(x: number): number {
  return Math.floor((x - Math.floor(x)) * 2 ** 32);
}

/** SHA-256 of what comes piece by piece: WebCrypto wants the whole in memory. */
export class SHA256 {
  readonly #h = begin.slice();
  readonly #w = new Uint32Array(64);
  readonly #rest = new Uint8Array(64);
  #kept = 0;
  #size = 0;

  add(b: Uint8Array): this {
    this.#size += b.length;
    let at = 0;
    if (this.#kept > 0) {
      at = Math.min(64 - this.#kept, b.length);
      this.#rest.set(b.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 64) return this;
      this.#block(this.#rest, 0);
      this.#kept = 0;
    }
    for (; at + 64 <= b.length; at += 64) this.#block(b, at);
    this.#rest.set(b.subarray(at));
    this.#kept = b.length - at;
    return this;
  }

  /** The digest; nothing can be added after it. */
  digest(): Bytes {
    const size = this.#size;
    const end = new Uint8Array(this.#kept < 56 ? 64 - this.#kept : 128 - this.#kept);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor((size * 8) / 2 ** 32));
    view.setUint32(end.length - 4, (size * 8) >>> 0);
    this.add(end);
    const out = new Uint8Array(32);
    this.#h.forEach((v, i) => new DataView(out.buffer).setUint32(4 * i, v));
    return out;
  }

  #block(b: Uint8Array, at: number): void {
    const [w, h] = [this.#w, this.#h];
    for (let i = 0; i < 16; i++) {
      const o = at + 4 * i;
      w[i] = (b[o]! << 24) | (b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15]!, w[i - 2]!];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    let [a0, a1, a2, a3, a4, a5, a6, a7] = h as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const s1 = ((a4 >>> 6) | (a4 << 26)) ^ ((a4 >>> 11) | (a4 << 21)) ^ ((a4 >>> 25) | (a4 << 7));
      const t1 = (a7 + s1 + ((a4 & a5) ^ (~a4 & a6)) + k[i]! + w[i]!) | 0;
      const s0 = ((a0 >>> 2) | (a0 << 30)) ^ ((a0 >>> 13) | (a0 << 19)) ^ ((a0 >>> 22) | (a0 << 10));
      const t2 = (s0 + ((a0 & a1) ^ (a0 & a2) ^ (a1 & a2))) | 0;
      [a7, a6, a5, a4, a3, a2, a1, a0] = [a6, a5, a4, (a3 + t1) | 0, a2, a1, a0, (t1 + t2) | 0];
    }
    [a0, a1, a2, a3, a4, a5, a6, a7].forEach((v, i) => (h[i] = h[i]! + v));
  }
}

const named = /^sha256-([0-9a-f]{64})\.[a-z0-9]{1,8}$/;

/** The hash in the name of a file of an answer; undefined where a value is no such name. */
export function hashInName(value: string | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : named.exec(value)?.[1];
}

/** Whether bytes that come piece by piece are those a name speaks of. */
export async function fits(name: string, pieces: AsyncIterable<Bytes>): Promise<boolean> {
  const sha = new SHA256();
  for await (const p of pieces) sha.add(p);
  return hex(sha.digest()) === hashInName(name);
}
