// Photos that show a number as a pattern of light and dark, with a place and a rotation in their EXIF data as phones write them.

import { chromium, type Page } from "playwright-core";
import type { Photo } from "./plan.ts";

const columns = 8;
const lines = 6;

/** Light or dark, by number: 40 bits of a number spread over the pattern, and a corner that says which way is up. */
function patternOf(id: number): boolean[] {
  const bits: boolean[] = [];
  let x = (id * 2654435761) >>> 0;
  for (let i = 0; i < columns * lines; i++) {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i) >>> 0;
    bits.push((x & 4) !== 0);
  }
  return bits;
}

/** Every second one was taken with the phone held upright: stored on its side. */
const onItsSide = (id: number): boolean => id % 2 === 1;

/** Draws photos and reads them again, in a browser of its own. */
export class Darkroom {
  readonly #page: Page;
  readonly close: () => Promise<void>;

  private constructor(page: Page, close: () => Promise<void>) {
    [this.#page, this.close] = [page, close];
  }

  static async open(): Promise<Darkroom> {
    const browser = await chromium.launch({ executablePath: process.env["RUHU_CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    return new Darkroom(await browser.newPage(), () => browser.close());
  }

  async take(id: number): Promise<Photo> {
    const base64 = await this.#page.evaluate(async ({ bits, columns, lines }) => {
      const c = new OffscreenCanvas(2400, 1800);
      const g = c.getContext("2d")!;
      const [w, h] = [c.width / columns, c.height / lines];
      bits.forEach((on, i) => {
        g.fillStyle = on ? `hsl(${i * 7} 30% 85%)` : `hsl(${i * 7} 40% 15%)`;
        g.fillRect((i % columns) * w, Math.floor(i / columns) * h, w, h);
      });
      const bytes = new Uint8Array(await (await c.convertToBlob({ type: "image/jpeg", quality: 0.85 })).arrayBuffer());
      let s = "";
      for (let i = 0; i < bytes.length; i += 8192) s += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return btoa(s);
    }, { bits: patternOf(id), columns, lines });
    return { id, jpeg: withExif(Buffer.from(base64, "base64"), onItsSide(id) ? 6 : 1) };
  }

  /** Whether a picture shows the number, upright. */
  async shows(jpeg: Uint8Array, id: number): Promise<{ right: boolean; width: number; height: number }> {
    const seen = await this.#page.evaluate(async ({ base64, across, down }) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob(), { imageOrientation: "none" });
      const c = new OffscreenCanvas(bitmap.width, bitmap.height);
      const g = c.getContext("2d")!;
      g.drawImage(bitmap, 0, 0);
      const bits = Array.from({ length: across * down }, (_, i) => {
        const x = Math.floor((((i % across) + 0.5) * c.width) / across);
        const y = Math.floor(((Math.floor(i / across) + 0.5) * c.height) / down);
        const [r, gr, b] = g.getImageData(x, y, 1, 1).data;
        return (r ?? 0) + (gr ?? 0) + (b ?? 0) > 384;
      });
      return { bits, width: c.width, height: c.height };
    }, { base64: Buffer.from(jpeg).toString("base64"), across: onItsSide(id) ? lines : columns, down: onItsSide(id) ? columns : lines });
    const bits = patternOf(id);
    // Orientation 6: what was stored at (line, column) is seen at (column, lines-1-line).
    const expected = onItsSide(id) ? Array.from({ length: columns * lines }, (_, i) => bits[(lines - 1 - (i % lines)) * columns + Math.floor(i / lines)]) : bits;
    return { right: expected.every((b, i) => b === seen.bits[i]), width: seen.width, height: seen.height };
  }
}

/** Puts an EXIF block with an orientation and a place into a JPEG. */
function withExif(jpeg: Buffer, orientation: number): Uint8Array {
  const tiff: number[] = [];
  const u16 = (n: number): void => void tiff.push(n >> 8, n & 255);
  const u32 = (n: number): void => void tiff.push((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
  tiff.push(0x4d, 0x4d);
  u16(42);
  u32(8);
  u16(2); // IFD0: orientation, GPS
  u16(0x0112), u16(3), u32(1), u16(orientation), u16(0);
  u16(0x8825), u16(4), u32(1), u32(38);
  u32(0);
  u16(2); // GPS: latitude
  u16(1), u16(2), u32(2), tiff.push(0x4e, 0, 0, 0);
  u16(2), u16(5), u32(3), u32(68);
  u32(0);
  for (const n of [30, 16, 26]) u32(n), u32(1);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), Buffer.from(tiff)]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** Whether a JPEG tells anything but its picture. */
export function tells(jpeg: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xda) break;
    if ((marker >= 0xe1 && marker <= 0xef && marker !== 0xe2) || marker === 0xfe) found.push(`marker ${marker.toString(16)}`);
    at += 2 + ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0);
  }
  return found;
}
