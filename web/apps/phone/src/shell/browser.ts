// What the browser can do, and which it is.

/** WeChat's own browser: nothing written in it is kept. */
export function inWeChat(agent: string = navigator.userAgent): boolean {
  return /MicroMessenger/i.test(agent);
}

/** Whether answers can be kept safely at all. */
export function canWork(): boolean {
  return typeof indexedDB !== "undefined" && typeof globalThis.crypto?.subtle !== "undefined" && typeof CompressionStream !== "undefined";
}

/** The enrolment code in what a QR code or a link says; "" where there is none. */
export function codeIn(text: string): string {
  const link = /#\/enrol\/([^/?&\s]+)/.exec(text);
  if (link?.[1] !== undefined) {
    try {
      return decodeURIComponent(link[1]);
    } catch {
      return "";
    }
  }
  const plain = text.trim();
  return /^[0-9A-Za-z][0-9A-Za-z -]{7,79}$/.test(plain) ? plain : "";
}

/** Hands a file to the person. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
