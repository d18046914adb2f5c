// Which record was open when the app was last seen: after a kill it comes back there. It is kept outside the sealed store, so it is
// the record's random id and nothing else; and in a database, because what a browser keeps for it elsewhere reaches the disk seconds
// later.

/** By slot: each worker on a shared phone has the own. */
const open = new Map<string, string>();

/** Reads what was kept; before that nothing is open. */
export async function recall(): Promise<void> {
  const all = (await kept<[IDBValidKey[], string[]]>("readonly", (s) => [s.getAllKeys(), s.getAll()]).catch(() => undefined)) ?? [[], []];
  all[0].forEach((slot, i) => open.set(String(slot), String(all[1][i])));
}

export const resume = {
  /** The record that was open; "" = none. */
  of(slot: string): string {
    return open.get(slot) ?? "";
  },
  /** Notes which record is open, "" = none. Without it the worker opens the draft from the list. */
  note(slot: string, record: string): void {
    if (slot === "" || this.of(slot) === record) return;
    open.set(slot, record);
    kept("readwrite", (s) => [record === "" ? s.delete(slot) : s.put(record, slot)]).catch(() => undefined);
  },
};

function kept<T extends unknown[]>(mode: IDBTransactionMode, ask: (s: IDBObjectStore) => IDBRequest[]): Promise<T | undefined> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("ruhu-open", 2);
    opening.onupgradeneeded = () => {
      const db = opening.result;
      for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name);
      db.createObjectStore("open");
    };
    opening.onerror = () => fail(opening.error ?? new Error("no database"));
    opening.onsuccess = () => {
      const db = opening.result;
      const tx = db.transaction("open", mode, { durability: "strict" });
      const answers = ask(tx.objectStore("open"));
      tx.oncomplete = () => {
        db.close();
        done(answers.map((a) => a.result as unknown) as T);
      };
      tx.onabort = () => {
        db.close();
        fail(tx.error ?? new Error("not kept"));
      };
    };
  });
}
