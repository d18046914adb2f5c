import { hex } from "@ruhu/merge";
import { type Cabinet, WebKeys } from "@ruhu/sync";
import Dexie, { type Table } from "dexie";
import type { Settings } from "../app/ports.ts";
import type { VaultDisk } from "../vault/vault.ts";
import { databaseName, guarded, opened, WorkerDatabase } from "./database.ts";

export interface SlotRow {
  readonly id: string;
  readonly mark: number;
  /** An answer to its enrolment has come. Until then the slot is nobody's, and whoever tries again takes it over with its signing key. */
  readonly enrolled: boolean;
  readonly lastOpened: number;
}

interface SettingsRow extends Pick<Settings, "language" | "textSize"> {
  readonly id: "settings";
}

/** The phone's own database: which stores there are, and what is needed before any is open. It knows no names and no answers. */
class PhoneDatabase extends Dexie {
  declare readonly slots: Table<SlotRow, string>;
  declare readonly settings: Table<SettingsRow, string>;

  constructor() {
    super("ruhu", { chromeTransactionDurability: "strict" });
    this.version(1).stores({ slots: "id", settings: "id" });
  }
}

export class Slots {
  readonly #db: PhoneDatabase;

  private constructor(db: PhoneDatabase) {
    this.#db = db;
  }

  /** Codes: storage-failed, storage-full. */
  static async open(): Promise<Slots> {
    return new Slots(await opened(new PhoneDatabase()));
  }

  close(): void {
    this.#db.close();
  }

  list(): Promise<SlotRow[]> {
    return guarded("list stores", async () => (await this.#db.slots.toArray()).sort((a, b) => a.mark - b.mark));
  }

  /** The slot of an enrolment that did not end, or a new one. */
  begin(): Promise<SlotRow> {
    return guarded("make store", () =>
      this.#db.transaction("rw", this.#db.slots, async () => {
        const all = await this.#db.slots.toArray();
        const left = all.find((s) => !s.enrolled);
        if (left) return left;
        const marks = new Set(all.map((s) => s.mark));
        let mark = 1;
        while (marks.has(mark)) mark++;
        const row = { id: hex(crypto.getRandomValues(new Uint8Array(10))), mark, enrolled: false, lastOpened: 0 };
        await this.#db.slots.add(row);
        return row;
      }),
    );
  }

  async change(id: string, to: Partial<Omit<SlotRow, "id">>): Promise<void> {
    await guarded("change store", () => this.#db.slots.update(id, to));
  }

  /** Deletes a worker's database, then its slot: one that is left by a crash between is deleted at the next start. */
  async remove(id: string): Promise<void> {
    await guarded("delete store", async () => {
      await Dexie.delete(databaseName(id));
      await this.#db.slots.delete(id);
    });
  }

  async settings(): Promise<Partial<Pick<Settings, "language" | "textSize">>> {
    const row = await guarded("read settings", () => this.#db.settings.get("settings"));
    return row ? { language: row.language, textSize: row.textSize } : {};
  }

  async saveSettings(s: Pick<Settings, "language" | "textSize">): Promise<void> {
    await guarded("save settings", () => this.#db.settings.put({ id: "settings", language: s.language, textSize: s.textSize }));
  }
}

export function openWorker(slot: string): Promise<WorkerDatabase> {
  return opened(new WorkerDatabase(slot));
}

/** The vault's row in a worker's database. */
export function vaultDisk(db: WorkerDatabase): VaultDisk {
  return {
    read: () => guarded("read vault", () => db.vault.get("vault")),
    change: (f) =>
      guarded("change vault", () =>
        db.transaction("rw", db.vault, async () => {
          const row = f(await db.vault.get("vault"));
          await db.vault.put(row);
          return row;
        }),
      ),
  };
}

/** The signing keys in a worker's database: apart from the vault, because they seal nothing and cannot be extracted. */
class KeyCabinet implements Cabinet {
  readonly #db: WorkerDatabase;

  constructor(db: WorkerDatabase) {
    this.#db = db;
  }

  async get(name: string): Promise<CryptoKeyPair | undefined> {
    return (await guarded("read key", () => this.#db.keys.get(name)))?.pair;
  }

  async put(name: string, pair: CryptoKeyPair): Promise<void> {
    await guarded("save key", () => this.#db.keys.put({ name, pair }));
  }
}

/**
 * The signing keys of a slot. In one whose enrolment did not end, the key that was made then is the one: the server, which may have
 * answered, knows the phone by it.
 */
export class SlotKeys extends WebKeys {
  readonly #db: WorkerDatabase;
  readonly #enrolled: () => boolean;

  constructor(db: WorkerDatabase, enrolled: () => boolean) {
    super(new KeyCabinet(db));
    this.#db = db;
    this.#enrolled = enrolled;
  }

  override async create(): Promise<string> {
    const left = this.#enrolled() ? undefined : await guarded("read key", () => this.#db.keys.toCollection().first());
    return left?.name ?? super.create();
  }
}

/** Empties a slot whose enrolment did not end, all but its signing key. */
export async function emptySlot(db: WorkerDatabase): Promise<void> {
  await guarded("empty store", () =>
    db.transaction("rw", [db.vault, db.entries, db.names, db.parts, db.packs, db.counters], async () => {
      for (const t of [db.vault, db.entries, db.names, db.parts, db.packs, db.counters] as Table[]) await t.clear();
    }),
  );
}

/** What a store keeps for the server alone, in the order in which it is to be pushed. It needs no key. */
export async function packsOf(db: WorkerDatabase): Promise<Uint8Array<ArrayBuffer>[]> {
  const rows = await guarded("read packs", () => db.packs.toArray());
  return rows.sort((a, b) => (a.log === b.log ? a.n - b.n : a.log < b.log ? -1 : 1)).map((r) => r.v);
}
