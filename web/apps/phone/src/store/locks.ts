/** Web Locks, as far as we need them; a test gives its own. */
export interface LockManager {
  request<T>(name: string, options: { mode?: "exclusive"; ifAvailable?: boolean; steal?: boolean; signal?: AbortSignal }, f: (lock: unknown) => Promise<T>): Promise<T>;
}

/** The browser's locks, or those of this one context where it has none. */
export function browserLocks(): LockManager {
  const n = typeof navigator === "undefined" ? undefined : (navigator as { locks?: LockManager });
  return n?.locks ?? new ContextLocks();
}

interface Held {
  /** Ends the holder's promise: somebody stole the lock. */
  readonly lose: (why: unknown) => void;
}

/** Locks among the callers of one context, with the browser's manners: in order, stolen, asked for without waiting. */
export class ContextLocks implements LockManager {
  readonly #held = new Map<string, Held>();
  readonly #queues = new Map<string, (() => void)[]>();

  async request<T>(name: string, o: { ifAvailable?: boolean; steal?: boolean; signal?: AbortSignal }, f: (lock: unknown) => Promise<T>): Promise<T> {
    if (o.steal) {
      this.#held.get(name)?.lose(new DOMException("stolen", "AbortError"));
      this.#held.delete(name);
    } else if (this.#held.has(name)) {
      if (o.ifAvailable) return f(null);
      await this.#turn(name, o.signal);
    }
    let held: Held | undefined;
    const lost = new Promise<never>((_, reject) => (held = { lose: reject }));
    this.#held.set(name, held!);
    try {
      return await Promise.race([f({ name }), lost]);
    } finally {
      if (this.#held.get(name) === held) {
        this.#held.delete(name);
        this.#queues.get(name)?.shift()?.();
      }
    }
  }

  #turn(name: string, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return new Promise((resolve, reject) => {
      const go = (): void => {
        // Taken again before this one's turn came: it waits on.
        if (this.#held.has(name)) queue.unshift(go);
        else resolve();
      };
      queue.push(go);
      signal?.addEventListener("abort", () => {
        const at = queue.indexOf(go);
        if (at >= 0) queue.splice(at, 1);
        reject(new DOMException("given up", "AbortError"));
      });
    });
  }
}
