import { PhoneFault } from "../app/fault.ts";
import { stripJpeg } from "./jpeg.ts";

/** The longer side of a photo at most. */
export const mostPixels = 1600;
/** What a photo should weigh at most; tried with ever coarser quality, and taken as it is after that. */
const aimBytes = 600 << 10;
const qualities = [0.82, 0.7, 0.55];
/** A picture with more pixels than this would take the memory of a small phone. */
const mostDecoded = 120_000_000;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Draws it, as a JPEG of a size and quality. */
  jpeg(width: number, height: number, quality: number): Promise<Blob>;
  close(): void;
}

/** Decodes what a camera gave, the right way up. */
export type Decode = (file: Blob) => Promise<Picture>;

/**
 * A photo as it is kept: at most 1,600 pixels on its longer side (or most), a JPEG, the right way up, without place, time and camera.
 * Drawing it anew leaves all that behind; the bytes are gone through once more all the same. Throws photo-unreadable.
 */
export async function encodePhoto(file: Blob, most = mostPixels, decode: Decode = browserDecode): Promise<Blob> {
  let picture: Picture;
  try {
    picture = await decode(file);
  } catch (err) {
    throw new PhoneFault("photo-unreadable", "read photo", { type: file.type }, err);
  }
  try {
    const { width, height } = picture;
    if (!(width > 0 && height > 0) || width * height > mostDecoded) throw new PhoneFault("photo-unreadable", "read photo", { width, height });
    const scale = Math.min(1, Math.min(most, mostPixels) / Math.max(width, height));
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    let out: Blob | undefined;
    for (const quality of qualities) {
      out = await picture.jpeg(w, h, quality);
      if (out.size <= aimBytes) break;
    }
    const bare = stripJpeg(new Uint8Array(await out!.arrayBuffer()));
    if (!bare) throw new PhoneFault("photo-unreadable", "encode photo");
    return new Blob([bare], { type: "image/jpeg" });
  } finally {
    picture.close();
  }
}

const browserDecode: Decode = async (file) => {
  const source = await bitmap(file);
  return { width: source.width, height: source.height, jpeg: (w, h, q) => draw(source.image, w, h, q), close: () => source.close() };
};

interface Source {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  close(): void;
}

async function bitmap(file: Blob): Promise<Source> {
  if (typeof createImageBitmap === "function") {
    try {
      const b = await createImageBitmap(file, { imageOrientation: "from-image" });
      return { image: b, width: b.width, height: b.height, close: () => b.close() };
    } catch {
      // An <img> decodes what some browsers' bitmaps do not.
    }
  }
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => URL.revokeObjectURL(url) };
  } catch (err) {
    URL.revokeObjectURL(url);
    throw err;
  }
}

async function draw(image: CanvasImageSource, width: number, height: number, quality: number): Promise<Blob> {
  if (typeof OffscreenCanvas === "function") {
    const canvas = new OffscreenCanvas(width, height);
    if (paint(canvas.getContext("2d"), image, width, height)) {
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      if (blob.type === "image/jpeg") return blob;
    }
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  if (!paint(canvas.getContext("2d"), image, width, height)) throw new PhoneFault("photo-unreadable", "encode photo");
  return new Promise((resolve, reject) => {
    canvas.toBlob((b) => (b ? resolve(b) : reject(new PhoneFault("photo-unreadable", "encode photo"))), "image/jpeg", quality);
  });
}

function paint(to: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null, image: CanvasImageSource, width: number, height: number): boolean {
  if (!to) return false;
  to.fillStyle = "#fff"; // what is transparent would be black in a JPEG
  to.fillRect(0, 0, width, height);
  to.imageSmoothingQuality = "high";
  to.drawImage(image, 0, 0, width, height);
  return true;
}
