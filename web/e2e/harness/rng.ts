// Everything drawn in these tests comes from one printed seed.

/** Numbers that are the same for the same seed. */
export class Rng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** From low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  /** n of list, in a random order. */
  some<T>(list: readonly T[], n: number): T[] {
    const rest = [...list];
    return Array.from({ length: Math.min(n, rest.length) }, () => rest.splice(this.int(0, rest.length - 1), 1)[0] as T);
  }
}

/** RUHU_SEED, or one of the clock. Printed, so that a failure can be seen again. */
export function seeded(what: string): Rng {
  const seed = Number(process.env["RUHU_SEED"] ?? Date.now() % 1_000_000_007);
  console.log(`${what}: seed ${seed} (RUHU_SEED=${seed} npm run e2e)`);
  return new Rng(seed);
}

/** The long run: 60 records and 200 kills. */
export const full = process.env["RUHU_E2E"] === "full";
