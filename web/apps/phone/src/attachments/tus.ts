import { type Client, Problem } from "@ruhu/api";
import { type Bytes, encode, fail } from "@ruhu/merge";
import { base64 } from "@ruhu/sync";

const version = { "Tus-Resumable": "1.0.0" };

/**
 * tus 1.0, as far as a phone needs it. It goes the way of all other calls: with tokens that are renewed, without redirects, given up
 * when nothing moves.
 */
export class Tus {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Begins an upload and returns its address. Codes: the server's. */
  async begin(record: string, name: string, size: number, signal: AbortSignal | undefined): Promise<string> {
    const meta = (key: string, value: string): string => `${key} ${base64(encode(value))}`;
    const res = await this.#client.raw({
      method: "POST", url: "/v1/attachments/", signal,
      headers: { ...version, "Upload-Length": String(size), "Upload-Metadata": `${meta("filename", name)},${meta("record", record)}` },
    });
    const at = res.headers.get("Location") ?? "";
    // A path of this server and nothing else: the token goes nowhere else.
    return /^\/v1\/attachments\/[\w-]+$/.test(at) ? at : fail("busy", "begin upload", "the answer names no upload");
  }

  /** How much has arrived; undefined where the server knows nothing of the upload any more. */
  async offset(at: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    try {
      return offsetOf(await this.#client.raw({ method: "HEAD", url: at, headers: version, signal }));
    } catch (err) {
      if (err instanceof Problem && err.status === 404) return undefined;
      throw err;
    }
  }

  /** Sends what follows an offset and returns the new one. */
  async send(at: string, offset: number, body: Bytes, signal: AbortSignal | undefined): Promise<number> {
    const headers = { ...version, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    return offsetOf(await this.#client.raw({ method: "PATCH", url: at, headers, body, signal }));
  }
}

function offsetOf(res: Response): number {
  const n = Number(res.headers.get("Upload-Offset") ?? "");
  return Number.isSafeInteger(n) && n >= 0 && res.headers.has("Upload-Offset") ? n : fail("busy", "upload", "the answer has no offset");
}
