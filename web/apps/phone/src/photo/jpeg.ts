import type { Bytes } from "@ruhu/merge";

/** Whether bytes begin like a JPEG. */
export function isJpeg(b: Uint8Array): boolean {
  return b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff;
}

/**
 * A JPEG without anything that tells of place, time and camera: of its segments only those a decoder needs stay, which are the
 * picture itself and the markers JFIF and Adobe that say how its colours are meant. EXIF, XMP, IPTC, maker notes, thumbnails and
 * comments go, and whatever lies behind the end. undefined where it is no whole JPEG.
 */
export function stripJpeg(b: Bytes): Bytes | undefined {
  if (!isJpeg(b)) return undefined;
  const keep: [from: number, to: number][] = [[0, 2]];
  let at = 2;
  while (at + 4 <= b.length) {
    if (b[at] !== 0xff) return undefined;
    const marker = b[at + 1]!;
    if (marker === 0xff) {
      at++; // padding
      continue;
    }
    if (marker === 0xd9) return joined(b, [...keep, [at, at + 2]]);
    if ((marker >= 0xd0 && marker <= 0xd7) || marker === 0x01) {
      keep.push([at, at + 2]);
      at += 2;
      continue;
    }
    const end = at + 2 + ((b[at + 2]! << 8) | b[at + 3]!);
    if (end < at + 4 || end > b.length) return undefined;
    const app = marker >= 0xe0 && marker <= 0xef;
    if (!(marker === 0xfe || (app && !isJfif(b, at, marker) && marker !== 0xee))) keep.push([at, end]);
    at = end;
    if (marker === 0xda) {
      // The scan: up to the next marker that is none of its own.
      let to = at;
      while (to + 1 < b.length && !(b[to] === 0xff && b[to + 1] !== 0 && !(b[to + 1]! >= 0xd0 && b[to + 1]! <= 0xd7))) to++;
      keep.push([at, to]);
      at = to;
    }
  }
  if (at + 2 <= b.length && b[at] === 0xff && b[at + 1] === 0xd9) return joined(b, [...keep, [at, at + 2]]);
  return undefined;
}

function isJfif(b: Uint8Array, at: number, marker: number): boolean {
  return marker === 0xe0 && [0x4a, 0x46, 0x49, 0x46, 0].every((c, i) => b[at + 4 + i] === c);
}

function joined(b: Bytes, ranges: readonly [number, number][]): Bytes {
  const out = new Uint8Array(ranges.reduce((n, [from, to]) => n + to - from, 0));
  let at = 0;
  for (const [from, to] of ranges) {
    out.set(b.subarray(from, to), at);
    at += to - from;
  }
  return out;
}
