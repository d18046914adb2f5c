import { type Bytes, codeOf } from "@ruhu/merge";
import type { Phone } from "@ruhu/sync";
import { openWorker, packsOf, type Slots, vaultDisk } from "../store/slots.ts";
import { Vault } from "../vault/vault.ts";
import type { Carried } from "./ports.ts";

/** Sends what others sealed for the server: of another phone, or of a store on this one whose PIN is forgotten. */
export class Carrier {
  readonly #phone: Phone;
  readonly #slots: Slots;

  constructor(phone: Phone, slots: Slots) {
    this.#phone = phone;
    this.#slots = slots;
  }

  /** Sends packs in order. Codes: as the link's; what the server says of each line is counted. */
  async carry(packs: readonly Bytes[]): Promise<Carried> {
    const out = { merged: 0, waiting: 0, held: 0, void: 0, refused: 0, code: "" };
    for (const pack of packs) {
      try {
        const { verdicts } = await this.#phone.carry(pack);
        for (const v of verdicts) {
          if (v.attest > 0 || v.erased !== "") continue;
          if (v.status === "merged" || v.status === "duplicate") out.merged++;
          else if (v.status === "waiting") out.waiting++;
          else if (v.status === "quarantined") out.held++;
          else if (v.status === "void") out.void++;
          else [out.refused, out.code] = [out.refused + 1, v.code];
        }
      } catch (err) {
        const code = codeOf(err);
        if (!["bad-request", "forbidden", "too-large", "unauthenticated", "device-revoked", "rule"].includes(code)) throw err;
        [out.refused, out.code] = [out.refused + 1, code];
      }
    }
    return out;
  }

  /** Sends what is left of destroyed stores, and deletes those of which everything arrived. */
  async leftovers(): Promise<void> {
    for (const slot of await this.#slots.list()) {
      if (!slot.enrolled) continue;
      const db = await openWorker(slot.id);
      let packs: Bytes[];
      try {
        if (!(await new Vault(vaultDisk(db)).status()).destroyed) continue;
        packs = await packsOf(db);
      } finally {
        db.close();
      }
      if ((await this.carry(packs)).refused === 0) await this.#slots.remove(slot.id);
    }
  }
}
