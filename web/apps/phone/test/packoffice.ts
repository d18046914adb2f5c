import { type Bytes, Coded, encode } from "@ruhu/merge";
import type { Answer, Enrolment } from "@ruhu/sync";
import { Line, Office } from "../../../packages/sync/test/office.ts";

const magic = "ruhu-pack-1\n";

/** An office that opens packs, as the server does. */
export class PackOffice extends Office {
  #pair: CryptoKeyPair | undefined;
  serverKey: Bytes = new Uint8Array(0);

  static async open(): Promise<PackOffice> {
    const o = new PackOffice();
    o.#pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    o.serverKey = new Uint8Array(await crypto.subtle.exportKey("raw", o.#pair.publicKey));
    return o;
  }

  async unpack(pack: Bytes): Promise<Bytes> {
    const head = pack.slice(0, magic.length + 65);
    const ephemeral = head.slice(magic.length);
    const theirs = await crypto.subtle.importKey("raw", ephemeral, { name: "ECDH", namedCurve: "P-256" }, false, []);
    const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, this.#pair!.privateKey, 256);
    const hkdf = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const salt = new Uint8Array([...ephemeral, ...this.serverKey]);
    const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: encode("ruhu-pack-1") }, hkdf, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const zipped = await crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: head }, key, pack.slice(head.length));
    const body = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(body).arrayBuffer());
  }
}

/** A way to it. */
export class PackLine extends Line {
  readonly #office: PackOffice;

  constructor(office: PackOffice) {
    super(office);
    this.#office = office;
  }

  override async enrol(): Promise<Enrolment> {
    return { ...(await super.enrol()), serverKey: this.#office.serverKey };
  }

  override async pushPack(pack?: Bytes): Promise<Answer> {
    if (!pack) throw new Error("no pack");
    if (this.offline) throw new Coded("busy", "line", "no signal");
    return this.push("", await this.#office.unpack(pack));
  }
}
