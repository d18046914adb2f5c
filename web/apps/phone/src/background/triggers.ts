/** How long after a sync the next one is due by itself, ms. */
export const every = 15 * 60_000;
/** Waits after failures, ms: the first, and the longest. */
const firstWait = 20_000;
const longestWait = every;

export interface TriggerOptions {
  /** Syncs, and says what to do next: "done", "again" (the link failed), or "stop" (nothing of what is due can be done now). */
  readonly sync: () => Promise<{ outcome: "done" | "again" | "stop"; retryAfter?: number }>;
  /** Called when the time of the next try is another; ms from now, 0 = none. */
  readonly onPlan?: (inMs: number) => void;
  readonly random?: () => number;
  readonly target?: TriggerTarget;
}

/** The window, or what stands for it. */
export interface TriggerTarget {
  on(event: "online" | "visible" | "background-sync", f: () => void): () => void;
  readonly online: boolean;
  readonly visible: boolean;
  /** Asks the browser to say when there is a link again, even with the app closed. */
  wantBackgroundSync(): void;
}

/**
 * When to sync: at the start, when there is a link again, when the app is shown, every 15 minutes, when asked. After a failure it waits
 * ever longer, with a share of chance so that a street's phones do not come all at once; a link that comes back ends the wait. No
 * clock that somebody may set is asked.
 */
export class Triggers {
  readonly #o: TriggerOptions;
  readonly #target: TriggerTarget;
  readonly #off: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #running: Promise<void> | undefined;
  #again = false;
  #ended = false;

  constructor(o: TriggerOptions) {
    this.#o = o;
    this.#target = o.target ?? browserTarget();
    this.#off = [
      this.#target.on("online", () => this.#restart()),
      this.#target.on("visible", () => this.#restart()),
      this.#target.on("background-sync", () => this.#restart()),
    ];
  }

  #restart(): void {
    this.#failures = 0;
    void this.now();
  }

  /** Syncs now. Asked for again while it runs, it runs once more after that: what came meanwhile is not left. */
  now(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#plan(0);
    this.#running = this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      const { outcome, retryAfter = 0 } = await this.#o.sync().catch(() => ({ outcome: "again" as const, retryAfter: 0 }));
      if (this.#ended) return;
      if (outcome === "again") {
        this.#failures++;
        this.#again = false;
        this.#target.wantBackgroundSync();
        this.#plan(Math.max(retryAfter, this.#wait()));
      } else {
        this.#failures = 0;
        this.#plan(every);
      }
    } while (this.#again);
  }

  #wait(): number {
    const full = Math.min(longestWait, firstWait * 2 ** (this.#failures - 1));
    return full / 2 + ((this.#o.random ?? Math.random)() * full) / 2;
  }

  #plan(inMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = inMs > 0 ? setTimeout(() => void this.now(), inMs) : undefined;
    (this.#timer as { unref?: () => void } | undefined)?.unref?.();
    this.#o.onPlan?.(inMs);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#off.forEach((f) => f());
  }
}

const tag = "ruhu-sync";

interface SyncRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

/** The browser's events. Where there is no window (a test, a worker) nothing happens by itself. */
export function browserTarget(): TriggerTarget {
  const there = typeof window !== "undefined" && typeof document !== "undefined";
  const worker = (): ServiceWorkerContainer | undefined => (there ? (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker : undefined);
  const listen = (to: EventTarget | undefined, type: string, f: (e: Event) => void): (() => void) => {
    to?.addEventListener(type, f);
    return () => to?.removeEventListener(type, f);
  };
  return {
    on: (event, f) => {
      if (!there) return () => undefined;
      if (event === "online") return listen(window, "online", f);
      if (event === "visible") return listen(document, "visibilitychange", () => document.visibilityState === "visible" && f());
      return listen(worker(), "message", (e) => (e as MessageEvent<{ type?: unknown } | null>).data?.type === "sync" && f());
    },
    get online() {
      return !there || navigator.onLine;
    },
    get visible() {
      return !there || document.visibilityState === "visible";
    },
    wantBackgroundSync: () => {
      void worker()
        ?.ready.then((r) => (r as unknown as SyncRegistration).sync?.register(tag))
        .catch(() => undefined); // not everywhere, and not allowed everywhere
    },
  };
}
