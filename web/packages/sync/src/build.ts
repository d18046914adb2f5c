import {
  attestLine, attestMessage, byteLength, type Bytes, compare, encode, erasedLine, idOf, limits, openingLine, type VoidReason, voidLine,
} from "@ruhu/merge";
import { exchange, type PushReport } from "./answer.ts";
import { base64url } from "./base64.ts";
import type { Core } from "./core.ts";
import { lineOf, type Log } from "./log.ts";
import { type ErasedMark, held } from "./model.ts";

/** Bounds the requests of one push for one log; what is left goes with the next. */
export const roundsPerLog = 64;
/** How large a push grows: what a bad link bears, far below the server's limit. */
const bodyBytes = 256 << 10;
/** How many held sets are offered again for news in one push. */
const reofferLines = 50;
/** A signature once for so many sets, at first, and in every pack. */
const attestEvery = 20;

/** One push ready to go. */
export class Built {
  readonly device: string;
  readonly former: boolean;
  /** The opening's. */
  readonly last: number;
  size = 0;
  readonly #parts: string[] = [];

  constructor(l: Log, first: number) {
    this.device = l.device;
    this.former = l.meta.former;
    this.last = first - 1;
  }

  /** Adds a line that ends with its newline. */
  add(line: string): void {
    this.#parts.push(line);
    this.size += byteLength(line);
  }

  body(): Bytes {
    return encode(this.#parts.join(""));
  }
}

/** Makes the next push of a log; undefined where there is nothing to say. */
export async function build(core: Core, device: string, probe: boolean): Promise<Built | undefined> {
  const l = core.byDevice(device);
  if (!l) return undefined;
  let first = l.unacked();
  const markers = markersFor(core, l);
  const nothing = first > l.last && markers.length === 0 && l.meta.known;
  if (nothing && (!probe || l.last === 0 || (l.meta.former && !l.kept()))) return undefined;
  const ask = !l.meta.known && l.nameless() > 1;
  if (ask) first = l.nameless(); // ask first where the server stands, as far as the phone can say
  else await declare(core, l, first);
  const from = l.at(first)?.from ?? 0;
  if (from > 0) first = from; // a declaration is one line from its beginning on
  const b = new Built(l, first);
  b.add(opening(core, l, first));
  for (const m of markers) b.add(erasedLine(m));
  if (probe && nothing) reoffer(l, b);
  const end = ask ? first - 1 : appendLines(core, l, b, first, markers.length);
  await attest(core, l, b, end);
  return b;
}

/**
 * Begins a push whose first set is first. Its cursor is that under which this set's form was opened: after a pull the phone
 * stands elsewhere, but what the author saw and was allowed is judged by where it stood.
 */
export function opening(core: Core, l: Log, first: number): string {
  const e = l.at(first);
  const cursor = e?.line !== undefined ? e.cursor : core.meta.cursor;
  return openingLine({ device: l.device, cursor, last: first - 1, head: l.head(first - 1) });
}

/** Erased markers to hand back to a stream, few at a time. */
function markersFor(core: Core, l: Log): ErasedMark[] {
  if (l.meta.former) return [];
  const pending = [...core.erased.values()].filter((m) => m.pending.includes(l.meta.stream));
  return pending.sort((a, b) => compare(a.record, b.record)).slice(0, 200);
}

/** Adds held sets, to learn what became of them. */
function reoffer(l: Log, b: Built): void {
  for (const e of l.entries.filter(held).slice(0, reofferLines)) {
    // Where the text is gone from here: a declaration of a seq the server holds changes nothing and is answered with what
    // became of it; the opening of the same push has made sure that it holds it.
    b.add((e.line ?? voidLine({ why: "missing", from: e.seq, to: e.seq })) + "\n");
  }
}

/**
 * Offers what is held of a former device again. Another device carries it, so that each push is a run of neighbours under the
 * former one's signature.
 */
export async function askFormer(core: Core, device: string, r: PushReport, signal?: AbortSignal): Promise<void> {
  let from = 1;
  for (let round = 0; round < roundsPerLog; round++) {
    const b = await core.step(async () => {
      const l = core.byDevice(device);
      if (!l?.meta.former || !l.meta.known) return undefined;
      const asks = (seq: number): string | undefined => {
        const e = l.at(seq);
        return e && held(e) ? e.line : undefined;
      };
      while (from <= l.last && asks(from) === undefined) from++;
      if (from > l.last) return undefined;
      const b = new Built(l, from);
      b.add(opening(core, l, from));
      let end = from;
      for (let line = asks(end); line !== undefined && b.size < bodyBytes && end - from < limits.pushLines / 2; line = asks(end)) {
        b.add(line + "\n");
        end++;
      }
      await attest(core, l, b, end - 1);
      return { b, end };
    });
    if (!b) return;
    await exchange(core, b.b, r, signal);
    from = b.end;
  }
}

/** Adds sets and void declarations from a seq on, and returns the last seq that is in. */
export function appendLines(core: Core, l: Log, b: Built, first: number, before: number): number {
  let end = first - 1;
  const cursor = l.at(first)?.cursor;
  for (let n = before; end < l.last && n < Math.min(core.batch + before, limits.pushLines); n++) {
    const e = l.at(end + 1)!;
    if (e.line !== undefined && e.seq > first && e.cursor !== cursor) break; // it was written at another place: a push of its own says so
    const line = lineOf(e);
    if (line === undefined) break; // the server has it and the text is gone: nothing can follow before the answer says what it has
    if (n > before && b.size + byteLength(line) > bodyBytes) break;
    b.add(line + "\n");
    end = e.from > 0 ? e.to : e.seq;
  }
  return end;
}

/**
 * Makes void what the server lacks and the phone has lost: the ids of those seqs become that of the declaration, so that the
 * running hash goes on. It is saved before it is said.
 */
export async function declare(core: Core, l: Log, first: number): Promise<void> {
  const ch = core.begin();
  let any = false;
  for (let seq = first; seq <= l.last; seq++) {
    const e = l.at(seq)!;
    if (!l.lost(e)) continue;
    const why: VoidReason = e.why === "" ? "missing" : e.why;
    let to = seq;
    while (to < l.last && to - seq < limits.pushLines / 2 - 1 && l.lost(l.at(to + 1)!)) to++;
    const id = idOf(voidLine({ why, from: seq, to }));
    for (let i = seq; i <= to; i++) {
      const d = l.at(i)!;
      [d.from, d.to, d.why] = [seq, to, why];
      l.rename(d, id);
      ch.entry(l, d);
    }
    any = true;
    seq = to;
  }
  if (any) await core.commit(ch);
}

/**
 * Adds a signature where it is time for one: over end, the last seq of this push. What a former device wrote is carried by
 * another, which only its own signature allows.
 */
export async function attest(core: Core, l: Log, b: Built, end: number, always = l.meta.former): Promise<boolean> {
  const due = end > l.meta.attested && (l.meta.attested === 0 || end - l.meta.attested >= attestEvery);
  if (end === 0 || (!due && !always) || !(await core.o.keys.publicKey(l.meta.key))) return false;
  const head = l.head(end);
  const sig = await core.o.keys.sign(l.meta.key, encode(attestMessage(l.device, end, head)));
  b.add(attestLine({ seq: end, head, sig: base64url(sig) }));
  return true;
}
