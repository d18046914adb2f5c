const least = 32 << 10;
const most = 256 << 10;
/** How long one chunk should take, ms: what a cut costs at most. */
const aim = 5000;

/** How much to send at once: what the link bore the last time, doubled at most, halved after a cut. */
export class Pace {
  #bytes = 64 << 10;

  get bytes(): number {
    return this.#bytes;
  }

  went(bytes: number, ms: number): void {
    const bears = (bytes / Math.max(ms, 1)) * aim;
    this.#set(Math.min(bears, 2 * this.#bytes));
  }

  broke(): void {
    this.#set(this.#bytes / 2);
  }

  #set(bytes: number): void {
    this.#bytes = Math.min(most, Math.max(least, Math.floor(bytes / 4096) * 4096));
  }
}
