import { type Bytes, Coded, encode } from "@ruhu/merge";
import { concat } from "./lines.ts";

// A pack is a push of one device, attested by it and sealed for the server, that anybody may carry:
//
//	"ruhu-pack-1\n" | ephemeral P-256 public key (65 bytes, uncompressed) | AES-256-GCM(gzip(push body)), tag last
//
// The key is HKDF-SHA256 of the ECDH secret with the two public keys as salt and "ruhu-pack-1" as info; it is used once, so the
// nonce is 12 zero bytes. The head of the pack, magic and ephemeral key, is authenticated with it.

const magic = "ruhu-pack-1\n";

/** The media type under which a pack is pushed. */
export const packType = "application/vnd.ruhu.pack";

/** Whether b begins like a pack. */
export function isPack(b: Uint8Array): boolean {
  return encode(magic).every((c, i) => b[i] === c);
}

/** Seals a push body, which ends with an attestation, for the server's public key. Code: rule (the key is none). */
export async function sealPack(server: Bytes, body: Bytes): Promise<Bytes> {
  const ecdh = { name: "ECDH", namedCurve: "P-256" } as const;
  let theirs: CryptoKey;
  try {
    theirs = await crypto.subtle.importKey("raw", server, ecdh, false, []);
  } catch (err) {
    throw new Coded("rule", "seal pack", "the server has given no key to seal packs for", err);
  }
  const mine = await crypto.subtle.generateKey(ecdh, false, ["deriveBits"]);
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", mine.publicKey));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256);
  const hkdf = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const salt = concat([ephemeral, server]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: encode("ruhu-pack-1") }, hkdf, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const head = concat([encode(magic), ephemeral]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: head }, key, await gzip(body));
  return concat([head, new Uint8Array(sealed)]);
}

const bundleMagic = "ruhu-packs-1\n";

/** Several packs as one file: each with its length, 4 bytes with the high one first, in the order in which they are to be pushed. */
export function bundlePacks(packs: readonly Bytes[]): Bytes {
  const length = (p: Bytes): Bytes => new Uint8Array([p.length >>> 24, p.length >>> 16, p.length >>> 8, p.length]);
  return packs.length === 1 ? packs[0]! : concat([encode(bundleMagic), ...packs.flatMap((p) => [length(p), p])]);
}

/** The packs of a file: of one pack, or of a bundle. undefined where it is neither, or was cut. */
export function splitPacks(file: Bytes): Bytes[] | undefined {
  if (isPack(file)) return [file];
  const magic = encode(bundleMagic);
  if (magic.some((c, i) => file[i] !== c)) return undefined;
  const out: Bytes[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = magic.length; at < file.length; ) {
    const end = at + 4 <= file.length ? at + 4 + view.getUint32(at) : Infinity;
    if (end > file.length) return undefined;
    const pack = file.slice(at + 4, end);
    if (!isPack(pack)) return undefined;
    out.push(pack);
    at = end;
  }
  return out;
}

/** Packs bytes with gzip. */
export async function gzip(b: Bytes): Promise<Bytes> {
  const packed = new Blob([b]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
