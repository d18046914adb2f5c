// Reading barcodes from a picture: by the browser where it can, else by a wasm module of our own origin that comes when it is needed.

export type Reader = (frame: HTMLVideoElement) => Promise<string | undefined>;

interface Detector { detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]> }

/** A reader, undefined where this phone has none. */
export async function barcodeReader(): Promise<Reader | undefined> {
  const native = (globalThis as { BarcodeDetector?: { new (): Detector; getSupportedFormats?(): Promise<readonly string[]> } }).BarcodeDetector;
  if (native && ((await native.getSupportedFormats?.().catch(() => [])) ?? []).length > 0) {
    const detector = new native();
    return async (frame) => (await detector.detect(frame))[0]?.rawValue;
  }
  try {
    const [{ prepareZXingModule, readBarcodes }, { default: wasm }] = await Promise.all([import("zxing-wasm/reader"), import("zxing-wasm/reader/zxing_reader.wasm?url")]);
    await prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasm : prefix + path) }, fireImmediately: true });
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return undefined;
    return async (frame) => {
      if (frame.videoWidth === 0) return undefined;
      [canvas.width, canvas.height] = [frame.videoWidth, frame.videoHeight];
      context.drawImage(frame, 0, 0);
      const found = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), { tryHarder: true, maxNumberOfSymbols: 1 });
      return found[0]?.text;
    };
  } catch {
    return undefined;
  }
}
