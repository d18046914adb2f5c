// JSON read without mercy: what this accepts, every runtime reads alike. It refuses duplicate and case-variant keys (with its
// caller), lone surrogates, raw control characters and numbers that are not safe integers, all of which JSON.parse lets pass.

import { Coded, fail } from "./errs.ts";
import * as limits from "./limits.ts";
import { decode, encode, wellFormed } from "./utf8.ts";

const quote = 0x22;
const backslash = 0x5c;

/** Reads one JSON text from front to back. The caller says what it expects; anything else is an error with a code. */
export class Reader {
  readonly #s: string;
  readonly #op: string;
  #pos = 0;
  readonly #keys: number;

  /**
   * A reader of the text for an operation named in errors. One object has up to so many keys: more than limits.jsonKeys only for
   * texts that are bounded otherwise. Code: bad-utf8.
   */
  constructor(text: Uint8Array | string, op: string, keys = limits.jsonKeys) {
    const s = typeof text === "string" ? (wellFormed(text) ? text : undefined) : decode(text);
    if (s === undefined) fail("bad-utf8", op, "not UTF-8");
    this.#s = s;
    this.#op = op;
    this.#keys = keys;
  }

  /** Throws an error that names the place but not what stands there; malformed where no code is given. */
  fail(what: string, code = "malformed"): never {
    throw new Coded(code, this.#op, `at ${this.#pos}: ${what}`);
  }

  #space(): void {
    while (this.#pos < this.#s.length) {
      const c = this.#s.charCodeAt(this.#pos);
      if (c !== 0x20 && c !== 0x09 && c !== 0x0d && c !== 0x0a) return;
      this.#pos++;
    }
  }

  /** The next character that is no space, "" at the end. */
  peek(): string {
    this.#space();
    return this.#s.charAt(this.#pos);
  }

  #expect(c: string, what: string): void {
    if (this.peek() !== c) this.#mismatch(what);
    this.#pos++;
  }

  /** Tells apart what is merely not expected here from what is nested too deeply to be read by anyone. */
  #mismatch(what: string): never {
    let depth = 0;
    let deepest = 0;
    let inString = false;
    for (let i = 0; i < this.#s.length; i++) {
      const c = this.#s[i];
      if (inString && c === "\\") i++;
      else if (c === '"') inString = !inString;
      else if (inString) continue;
      else if (c === "[" || c === "{") deepest = Math.max(deepest, ++depth);
      else if (c === "]" || c === "}") depth--;
    }
    if (deepest > limits.jsonDepth) this.fail("nested too deeply", "too-deep");
    this.fail("expected " + what);
  }

  /** Expects the end of the text. */
  end(): void {
    if (this.peek() !== "") this.#mismatch("the end");
  }

  /** Reads an object, calling member for each key with the reader at its value. */
  object(member: (key: string) => void): void {
    this.#expect("{", "an object");
    if (this.peek() === "}") {
      this.#pos++;
      return;
    }
    for (let n = 1; ; n++) {
      if (n > this.#keys) this.fail("too many keys", "limit");
      const key = this.string();
      this.#expect(":", "a colon");
      member(key);
      const c = this.peek();
      if (c !== "," && c !== "}") this.#mismatch("a comma or the object's end");
      this.#pos++;
      if (c === "}") return;
    }
  }

  /** Reads an array, calling element with the reader at each. */
  array(element: () => void): void {
    this.#expect("[", "an array");
    if (this.peek() === "]") {
      this.#pos++;
      return;
    }
    for (;;) {
      element();
      const c = this.peek();
      if (c !== "," && c !== "]") this.#mismatch("a comma or the array's end");
      this.#pos++;
      if (c === "]") return;
    }
  }

  /** Expects the comma between two elements of an array read element by element. */
  comma(): void {
    this.#expect(",", "a comma");
  }

  /** Expects the start of an array read element by element. */
  open(): void {
    this.#expect("[", "an array");
  }

  /** Expects its end. */
  close(): void {
    this.#expect("]", "the array's end");
  }

  /** Consumes null where it stands next and says whether it did. */
  null(): boolean {
    this.#space();
    if (!this.#s.startsWith("null", this.#pos)) return false;
    this.#pos += 4;
    return true;
  }

  /** Reads true or false. */
  bool(): boolean {
    this.#space();
    for (const value of [true, false]) {
      if (this.#s.startsWith(String(value), this.#pos)) {
        this.#pos += String(value).length;
        return value;
      }
    }
    return this.#mismatch("true or false");
  }

  /** Reads a string. Codes: malformed, bad-utf8 (a lone surrogate). */
  string(): string {
    this.#expect('"', "a string");
    const s = this.#s;
    const start = this.#pos;
    for (let i = start; i < s.length; i++) {
      const c = s.charCodeAt(i);
      if (c === quote) {
        this.#pos = i + 1;
        return s.slice(start, i);
      }
      if (c === backslash) return this.#escaped(start, i);
      if (c < 0x20) this.#control(i);
    }
    this.#pos = s.length;
    return this.fail("a string without end");
  }

  #control(at: number): never {
    this.#pos = at;
    return this.fail("a raw control character in a string");
  }

  #escaped(start: number, i: number): string {
    const s = this.#s;
    let out = s.slice(start, i);
    while (i < s.length) {
      const c = s.charCodeAt(i);
      if (c === quote) {
        this.#pos = i + 1;
        return out;
      }
      if (c < 0x20) this.#control(i);
      if (c !== backslash) {
        out += s[i++];
        continue;
      }
      this.#pos = i;
      const e = s.charAt(i + 1);
      if (e === "") break;
      i += 2;
      const simple = escapes.get(e);
      if (simple !== undefined) {
        out += simple;
        continue;
      }
      if (e !== "u") this.fail("an escape that is none");
      const u = this.#hex4(i) ?? this.fail("an escape that is none");
      i += 4;
      out += String.fromCharCode(u);
      if (u < 0xd800 || u > 0xdfff) continue;
      const low = s.startsWith("\\u", i) ? this.#hex4(i + 2) : undefined;
      if (u > 0xdbff || low === undefined || low < 0xdc00 || low > 0xdfff) this.fail("a lone surrogate", "bad-utf8");
      out += String.fromCharCode(low);
      i += 6;
    }
    this.#pos = s.length;
    return this.fail("a string without end");
  }

  #hex4(i: number): number | undefined {
    const digits = this.#s.slice(i, i + 4);
    return /^[0-9a-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : undefined;
  }

  #digits(from: number): number {
    let i = from;
    while (i < this.#s.length && isDigit(this.#s.charCodeAt(i))) i++;
    return i;
  }

  /** Reads an integer between -maxSafe and maxSafe, written without fraction, exponent, leading zeros or "-0".
   * Codes: malformed, unsafe-number. */
  int(): number {
    this.#space();
    const s = this.#s;
    const negative = s[this.#pos] === "-";
    const digits = this.#pos + (negative ? 1 : 0);
    const end = this.#digits(digits);
    if (end === digits) this.#mismatch("a number");
    if (s[digits] === "0" && end > digits + 1) this.fail("a number with a leading zero");
    const n = Number(s.slice(digits, end));
    const after = s[end];
    if (after === "." || after === "e" || after === "E" || n > limits.maxSafe || (negative && n === 0)) this.fail("not a safe integer", "unsafe-number");
    this.#pos = end;
    return negative ? -n : n;
  }

  /** Reads an integer between 0 and maxSafe. */
  uint(): number {
    const n = this.int();
    return n < 0 ? this.fail("a negative number") : n;
  }

  /** Reads one value of any kind, nested at most limits.jsonDepth, and returns its text. */
  raw(): string {
    this.#space();
    const start = this.#pos;
    this.#skip(0);
    return this.#s.slice(start, this.#pos);
  }

  #skip(depth: number): void {
    if (depth > limits.jsonDepth) this.fail("nested too deeply", "too-deep");
    const c = this.peek();
    if (c === "{") this.object(() => this.#skip(depth + 1));
    else if (c === "[") this.array(() => this.#skip(depth + 1));
    else if (c === '"') this.string();
    else if (c === "t" || c === "f") this.bool();
    else if (this.null()) return;
    else if (c === "-" || isDigit(c.charCodeAt(0))) this.#number();
    else this.#mismatch("a value");
  }

  /** Passes over a number of any size, which raw hands on unread. */
  #number(): void {
    const s = this.#s;
    const digits = (): boolean => {
      const from = this.#pos;
      this.#pos = this.#digits(from);
      return this.#pos > from;
    };
    if (s[this.#pos] === "-") this.#pos++;
    let ok = digits();
    if (ok && s[this.#pos] === ".") {
      this.#pos++;
      ok = digits();
    }
    if (ok && (s[this.#pos] === "e" || s[this.#pos] === "E")) {
      this.#pos++;
      if (s[this.#pos] === "+" || s[this.#pos] === "-") this.#pos++;
      ok = digits();
    }
    if (!ok) this.fail("a number that is none");
  }
}

const escapes = new Map([['"', '"'], ["\\", "\\"], ["/", "/"], ["b", "\b"], ["f", "\f"], ["n", "\n"], ["r", "\r"], ["t", "\t"]]);

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** s with its ASCII letters small, and nothing else changed. */
export function asciiLower(s: string): string {
  return s.replace(/[A-Z]/g, (c) => c.toLowerCase());
}

/**
 * s as Go's strings.ToLower writes it, as far as that is ASCII: besides the capitals, only U+0130 and the Kelvin sign have
 * a small letter there. JavaScript's toLowerCase makes two characters of the former.
 */
export function simpleLower(s: string): string {
  return asciiLower(s).replace(/\u0130/g, "i").replace(/\u212a/g, "k");
}

/** Whether two of keys differ only in the case of ASCII letters. Equal keys are the caller's to find. */
export function caseVariants(keys: readonly string[]): boolean {
  if (!keys.some((key) => /[A-Z]/.test(key))) return false;
  return new Set(keys.map(asciiLower)).size < keys.length;
}

/** The bytes of a text given either way. */
export function bytesOf(text: Uint8Array | string): Uint8Array {
  return typeof text === "string" ? encode(text) : text;
}
