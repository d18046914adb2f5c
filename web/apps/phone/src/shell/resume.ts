// Which record was open when the app was last seen: after a kill it comes back there. It is kept outside the sealed store, so it is
// the record's random id and nothing else; and in a database, because what a browser keeps for it elsewhere reaches the disk seconds
// later.

let now = "";

/** Reads what was kept; before that nothing is open. */
export async function recall(): Promise<void> {
  now = (await kept<string>("readonly", (s) => s.get("record")).catch(() => undefined)) ?? "";
}

export const resume = {
  get record(): string {
    return now;
  },
  set record(id: string) {
    if (now === id) return;
    now = id;
    // Without it the worker opens the draft from the list.
    kept("readwrite", (s) => s.put(id, "record")).catch(() => undefined);
  },
};

function kept<T>(mode: IDBTransactionMode, ask: (s: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("ruhu-open", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("open");
    opening.onerror = () => fail(opening.error ?? new Error("no database"));
    opening.onsuccess = () => {
      const db = opening.result;
      const tx = db.transaction("open", mode, { durability: "strict" });
      const answer = ask(tx.objectStore("open"));
      tx.oncomplete = () => {
        db.close();
        done(answer.result as T | undefined);
      };
      tx.onabort = () => {
        db.close();
        fail(tx.error ?? new Error("not kept"));
      };
    };
  });
}
