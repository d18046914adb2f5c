import type { Change } from "../app/ports.ts";

/** Tells the other tabs of a store that something changed. It carries no word of what. */
export class Channel {
  #channel: BroadcastChannel | undefined;

  constructor(name: string, heard: (what: Change) => void) {
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (e: MessageEvent<unknown>) => {
      if (isChange(e.data)) heard(e.data);
    };
    // In Node an open channel keeps the process alive.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  tell(what: Change): void {
    this.#channel?.postMessage(what);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

const changes: ReadonlySet<unknown> = new Set<Change>(["door", "list", "outbox", "sync", "storage", "settings"]);

function isChange(v: unknown): v is Change {
  return changes.has(v);
}
