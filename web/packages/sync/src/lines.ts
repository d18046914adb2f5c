import { type Bytes, Coded } from "@ruhu/merge";

/** Whole lines of an answer, without their newlines; an end without one was cut and is no line. Codes: too-large. */
export async function* lines(answer: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Bytes> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    let from = 0;
    for (let i = chunk.indexOf(0x0a); i >= 0; i = chunk.indexOf(0x0a, from)) {
      yield concat([...parts, chunk.subarray(from, i)]);
      [parts, size] = [[], 0];
      from = i + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > most) throw new Coded("too-large", "read answer", `a line of more than ${most} bytes`);
  }
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
