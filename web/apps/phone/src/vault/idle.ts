/** After how long without a touch a phone locks, ms. */
export const idleAfter = 5 * 60_000;

export interface IdleOptions {
  readonly after?: number;
  /** Called once, when it is time. */
  readonly onIdle: () => void;
  /** A clock that nobody sets: performance.now. It may stand still while the phone sleeps. */
  readonly steady?: () => number;
  /** The phone's own clock, which goes on while it sleeps and may be set by anybody. */
  readonly wall?: () => number;
}

/**
 * Locks a phone that nobody touches. Timers of hidden pages come late or never, so look() is called whenever the page is shown again,
 * before anything is drawn: by either clock five minutes are enough, and a clock that was put back puts nothing off.
 */
export class Idle {
  readonly #o: Required<IdleOptions>;
  #touched: { steady: number; wall: number };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(o: IdleOptions) {
    this.#o = { after: idleAfter, steady: () => performance.now(), wall: () => Date.now(), ...o };
    this.#touched = this.#now();
    this.#arm();
  }

  #now(): { steady: number; wall: number } {
    return { steady: this.#o.steady(), wall: this.#o.wall() };
  }

  #left(): number {
    const now = this.#now();
    return this.#o.after - Math.max(now.steady - this.#touched.steady, now.wall - this.#touched.wall);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), Math.max(this.#left(), 0) + 50);
  }

  /** Somebody is here. */
  touch(): void {
    if (this.#ended || this.look()) return;
    this.#touched = this.#now();
  }

  /** Locks where it is time; reports whether it was. */
  look(): boolean {
    if (this.#ended) return true;
    if (this.#left() > 0) {
      this.#arm();
      return false;
    }
    this.end();
    this.#o.onIdle();
    return true;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
