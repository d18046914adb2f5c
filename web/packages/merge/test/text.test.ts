import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteLength, compare, decode, encode, hex, jsonString, sha256, unhex, VV, wellFormed } from "../src/index.ts";

const anyText = fc.string({ unit: "binary", maxLength: 40 }); // whole code points of every plane

test("order is that of the bytes of UTF-8", () => {
  expect(compare("\u{10000}", "\uffee")).toBeGreaterThan(0);
  expect("\u{10000}" > "\uffee").toBe(false); // which is why
  fc.assert(fc.property(anyText, anyText, (a, b) => Math.sign(compare(a, b)) === Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))));
});

test("lengths are those of UTF-8", () => {
  fc.assert(fc.property(anyText, (s) => byteLength(s) === Buffer.byteLength(s)));
});

test("lone surrogates are seen", () => {
  fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), fc.integer({ min: 0xd800, max: 0xdfff }), fc.string({ unit: "binary-ascii" }), (a, u, b) => !wellFormed(a + String.fromCharCode(u) + b)));
  fc.assert(fc.property(anyText, wellFormed));
});

test("what is no UTF-8 is no text, and a byte order mark is text", () => {
  for (const bad of ["ff", "c0af", "eda080", "f4908080", "e4b8"]) expect(decode(unhex(bad)!)).toBeUndefined();
  expect(decode(encode("\ufeffa"))).toBe("\ufeffa");
});

test("strings are written with the fewest escapes", () => {
  expect(jsonString('\u2028\u007f\u0001\n"\\/é')).toBe('"\u2028\u007f\\u0001\\n\\"\\\\/é"');
});

test("SHA-256 is that of everybody", () => {
  for (let n = 0; n < 300; n++) {
    const b = new Uint8Array(n).map((_, i) => (i * 7 + n) & 255);
    expect(hex(sha256(b))).toBe(createHash("sha256").update(b).digest("hex"));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (b) => hex(sha256(b)) === createHash("sha256").update(b).digest("hex")));
  expect(hex(sha256("人"))).toBe(createHash("sha256").update("人", "utf8").digest("hex"));
});

test("vectors are no objects", () => {
  const v = new VV([["__proto__", 3], ["10", 1], ["9", 2]]);
  expect(v.devices()).toEqual(["10", "9", "__proto__"]);
  expect(v.covers({ device: "constructor", seq: 1 })).toBe(false);
  expect(v.meet(new VV([["__proto__", 1]])).get("__proto__")).toBe(1);
  expect(v.join(new VV([["9", 7]])).get("9")).toBe(7);
});
