import { compare } from "./utf8.ts";

/** Names one change set for ever: the seq-th one of device. */
export interface Dot {
  readonly device: string;
  readonly seq: number;
}

/** Orders dots by device, then seq. */
export function compareDots(a: Dot, b: Dot): number {
  return compare(a.device, b.device) || a.seq - b.seq;
}

export function equalDots(a: Dot, b: Dot): boolean {
  return a.seq === b.seq && a.device === b.device;
}

/** A dot as the keys of a canonical state hold it. Different dots have different keys: a seq has no ":". */
export function dotKey(d: Dot): string {
  return `${d.device}:${d.seq}`;
}

/** What dotKey was made of. */
export function dotOfKey(key: string): Dot {
  const i = key.lastIndexOf(":");
  return { device: key.slice(0, i), seq: Number(key.slice(i + 1)) };
}

/**
 * A version vector: for each device the highest seq up to which everything of this record is covered. It is a Map, never
 * an object: "__proto__" and "7" are devices like any other.
 */
export class VV extends Map<string, number> {
  /** Whether d is at or below this vector. */
  covers(d: Dot): boolean {
    return d.seq <= (this.get(d.device) ?? 0);
  }

  /** Whether every entry is covered by o. */
  within(o: VV): boolean {
    for (const [device, seq] of this) if (seq > (o.get(device) ?? 0)) return false;
    return true;
  }

  clone(): VV {
    return new VV(this);
  }

  /** The least vector that covers both. Neither is changed. */
  join(o: VV): VV {
    const out = new VV();
    for (const [device, seq] of this) out.raise({ device, seq });
    for (const [device, seq] of o) out.raise({ device, seq });
    return out;
  }

  /** The greatest vector that both cover. Neither is changed. */
  meet(o: VV): VV {
    const out = new VV();
    for (const [device, seq] of this) {
      const least = Math.min(seq, o.get(device) ?? 0);
      if (least > 0) out.set(device, least);
    }
    return out;
  }

  /** Whether both cover the same dots; an entry of 0 is no entry. */
  equal(o: VV): boolean {
    return this.within(o) && o.within(this);
  }

  /** Makes this vector cover d. */
  raise(d: Dot): void {
    if (d.seq > (this.get(d.device) ?? 0)) this.set(d.device, d.seq);
  }

  /** The devices it names, sorted. */
  devices(): string[] {
    const out: string[] = [];
    for (const [device, seq] of this) if (seq > 0) out.push(device);
    return out.sort(compare);
  }
}
