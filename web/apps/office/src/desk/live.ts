import type { Client } from "@ruhu/api";
import { onBeforeUnmount, type Ref, ref } from "vue";

/** Something has happened in a street. */
export interface Event {
  readonly street: string;
  readonly kind: string;
  readonly n: number;
}

export type LiveState = "connecting" | "live" | "broken";

const channelName = "ruhu-office-events";
const lockName = "ruhu-office-events";

/**
 * Hears what happens on the server. Of several tabs one listens for all: browsers have few connections to give. A stream that breaks
 * is begun again, a little later each time.
 */
export class Live {
  readonly state: Ref<LiveState> = ref("connecting");
  readonly #client: Client;
  readonly #listeners = new Set<(e: Event) => void>();
  #channel: BroadcastChannel | undefined;
  #stop: AbortController | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  start(): void {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    if (typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(channelName);
      this.#channel.onmessage = (m: MessageEvent<{ readonly state?: LiveState; readonly event?: Event }>) => {
        if (m.data.state) this.state.value = m.data.state;
        if (m.data.event) this.#tell(m.data.event);
      };
    }
    const lead = (): Promise<void> => this.#listen(stop.signal);
    if (typeof navigator !== "undefined" && "locks" in navigator) void navigator.locks.request(lockName, { signal: stop.signal }, lead).catch(() => undefined);
    else void lead();
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  on(listener: (e: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(e: Event): void {
    for (const l of this.#listeners) l(e);
  }

  #now(state: LiveState): void {
    this.state.value = state;
    this.#channel?.postMessage({ state });
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for (let wait = 1000; !signal.aborted; wait = Math.min(wait * 2, 60_000)) {
      try {
        const res = await this.#client.raw({ method: "GET", url: "/v1/sync/events", signal });
        this.#now("live");
        for await (const e of lines(res)) {
          wait = 1000;
          this.#channel?.postMessage({ event: e });
          this.#tell(e);
        }
      } catch {
        // Told by the state.
      }
      if (signal.aborted) return;
      this.#now("broken");
      await new Promise((go) => setTimeout(go, wait));
    }
  }
}

/** The events of a stream; empty lines only say that it is alive. */
export async function* lines(res: Response): AsyncGenerator<Event> {
  if (!res.body) return;
  const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    if (text.length > 64 << 10) throw new Error("a line without an end");
    const parts = text.split("\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      if (part.trim() === "") continue;
      const e = JSON.parse(part) as Partial<Event>;
      if (typeof e.street === "string" && typeof e.kind === "string") yield { street: e.street, kind: e.kind, n: Number(e.n ?? 0) };
    }
  }
}

/** Calls back after events of a street, at most once in so many ms, as long as the component is there. */
export function useEvents(live: Live, street: () => string, run: (kinds: ReadonlySet<string>) => void, every = 2000): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kinds = new Set<string>();
  const off = live.on((e) => {
    if (street() !== "" && e.street !== street()) return;
    kinds.add(e.kind);
    timer ??= setTimeout(() => {
      timer = undefined;
      const heard = kinds;
      kinds = new Set();
      run(heard);
    }, every);
  });
  onBeforeUnmount(() => {
    off();
    clearTimeout(timer);
  });
}
