// Text is UTF-16 in JavaScript and UTF-8 on the wire. What is counted, sorted or compared there is UTF-8.

/** Bytes of its own memory: what hashes and files are made of. */
export type Bytes = Uint8Array<ArrayBuffer>;

interface Encoder {
  encode(s: string): Bytes;
}
interface Decoder {
  decode(b: Uint8Array): string;
}
// Both exist in every browser and in Node; declared here, because this package knows no platform's types.
declare const TextEncoder: new () => Encoder;
declare const TextDecoder: new (label: string, o: { fatal: boolean; ignoreBOM: boolean }) => Decoder;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 of s. A lone surrogate becomes U+FFFD: ask wellFormed first. */
export function encode(s: string): Bytes {
  return encoder.encode(s);
}

/** The text that b is the UTF-8 of, undefined where it is none. A byte order mark is a character like any other. */
export function decode(b: Uint8Array): string | undefined {
  try {
    return decoder.decode(b);
  } catch {
    return undefined;
  }
}

/** Whether s has no lone surrogate, and so has a form in UTF-8. */
export function wellFormed(s: string): boolean {
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0xd800 || c > 0xdfff) continue;
    const low = c < 0xdc00 ? s.charCodeAt(i + 1) : 0;
    if (!(low >= 0xdc00 && low <= 0xdfff)) return false;
    i++;
  }
  return true;
}

/** How many bytes the UTF-8 of s has. */
export function byteLength(s: string): number {
  let n = s.length;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x80) continue;
    if (c < 0x800) n += 1;
    else if (c >= 0xd800 && c <= 0xdbff) {
      n += 2; // the pair is two units and four bytes
      i++;
    } else n += 2;
  }
  return n;
}

/**
 * The order of the bytes of the UTF-8 of a and b, which is that of their code points. The order of JavaScript's own
 * comparison differs: surrogates come before U+E000 and all that follows.
 */
export function compare(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return place(x) - place(y);
  }
  return a.length - b.length;
}

/** Puts surrogates behind all other units. */
function place(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Small hex digits of b. */
export function hex(b: Uint8Array): string {
  let out = "";
  for (const c of b) out += (c >> 4).toString(16) + (c & 15).toString(16);
  return out;
}

/** The bytes that small hex digits stand for; undefined where s holds anything else. */
export function unhex(s: string): Bytes | undefined {
  if (s.length % 2 !== 0 || !/^[0-9a-f]*$/.test(s)) return undefined;
  const out = new Uint8Array(s.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16);
  return out;
}
