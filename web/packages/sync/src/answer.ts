import { Coded, parseAnswer, type Summary, type Verdict } from "@ruhu/merge";
import { obeyLeaves } from "./base.ts";
import type { Built } from "./build.ts";
import type { Changes } from "./changes.ts";
import type { Core } from "./core.ts";
import { lines } from "./lines.ts";
import type { Log } from "./log.ts";
import { held, stateOf, streams } from "./model.ts";
import type { Answer } from "./ports.ts";

/** What a push achieved. */
export interface PushReport {
  requests: number;
  /** Lines the server answered as durable, repeats too. */
  sent: number;
  merged: number;
  waiting: number;
  quarantined: number;
  void: number;
  /** The phone enrolled itself anew. */
  forked: boolean;
  /** The server's, where it was heard. */
  epoch: string;
}

export function newPushReport(): PushReport {
  return { requests: 0, sent: 0, merged: 0, waiting: 0, quarantined: 0, void: 0, forked: false, epoch: "" };
}

/** What an exchange amounted to. */
export interface Outcome {
  forked: boolean;
  /** Refused for a reason that sending again at once does not mend. */
  stuck: boolean;
}

/** What of an answer came, up to its summary or as far as it did. */
export interface Heard {
  verdicts: Verdict[];
  summary: Summary | undefined;
  /** Why there is no more. */
  error: unknown;
}

/** Reads verdicts up to the summary, or as far as they come. */
export async function readAnswer(answer: Answer): Promise<Heard> {
  const heard: Heard = { verdicts: [], summary: undefined, error: undefined };
  try {
    for await (const line of lines(answer, 64 << 10)) {
      if (line.length === 0) continue;
      const a = parseAnswer(line);
      if ("summary" in a) {
        heard.summary = a.summary;
        break;
      }
      heard.verdicts.push(a.verdict);
    }
  } catch (err) {
    heard.error = err;
  }
  return heard;
}

/** Sends a push and takes in what the server says, as far as the answer comes. */
export async function exchange(core: Core, b: Built, r: PushReport, signal?: AbortSignal): Promise<Outcome> {
  r.requests++;
  const heard = await readAnswer(await core.o.transport.push(b.device, b.body(), signal));
  const outcome = await core.step(async () => {
    const l = core.byDevice(b.device);
    if (!l) throw new Coded("internal", "push", `device ${b.device}`);
    const ch = core.begin();
    const a = take(core, l, b, heard, r, ch);
    obeyLeaves(core, ch);
    await core.commit(ch);
    return a;
  });
  if (heard.summary || outcome.forked) return outcome;
  throw heard.error ?? new Coded("interrupted", "push", "the answer ended early");
}

/** Applies an answer. A new epoch first: it changes what the rest means. */
function take(core: Core, l: Log, b: Built, heard: Heard, r: PushReport, ch: Changes): Outcome {
  const a: Outcome = { forked: false, stuck: false };
  const sum = heard.summary;
  if (sum) {
    r.epoch = sum.epoch;
    const at = Date.parse(sum.time);
    if (!Number.isNaN(at)) core.meta.offset = at - core.now();
    if (sum.epoch !== core.meta.epoch) newEpoch(core, sum.epoch, ch);
  }
  let gap = false;
  let opened = true;
  for (const v of heard.verdicts) {
    if (v.attest > 0) {
      if (v.status === "stored") l.meta.attested = Math.max(l.meta.attested, v.attest);
    } else if (v.erased !== "") {
      const m = core.erased.get(v.erased);
      if (!m) continue;
      m.pending = m.pending.filter((s) => s !== l.meta.stream);
      ch.erased(m);
    } else if (v.status === "refused" && v.code === "fork") {
      a.forked = true;
    } else if (v.status === "refused" && v.seq === 0) {
      opened = false;
      if (v.code !== "gap" || !v.placed || v.placed.have > l.last) {
        a.stuck = true;
      } else if (l.head(v.placed.have) !== v.placed.head) {
        a.forked = true; // its beginning is another's
      } else {
        l.ackUpTo(v.placed.have, ch); // the server lost the end of the log
        gap = true;
      }
    } else if (v.status === "refused") {
      a.stuck ||= !gap;
    } else {
      a.forked = !verdict(l, v, r, ch) || a.forked;
    }
  }
  if (a.forked || !sum) return a;
  l.meta.safe = Math.min(sum.safe, l.last);
  if (sum.have > l.last && !l.meta.former) {
    a.forked = true; // it has more than this phone ever wrote; a former device's twin may go on
    return a;
  }
  if (opened && !l.meta.known) l.ack(b.last, ch); // same head: it has all of it
  dropSafe(core, l, ch);
  return a;
}

const counts = ["merged", "waiting", "quarantined", "void"] as const;

/**
 * Takes in what became of one seq, or of a range. false: the seq was used up for other bytes than the good ones here, by a
 * twin that had lost its own or by a line that did not arrive whole; what was typed is to be said again.
 */
function verdict(l: Log, v: Verdict, r: PushReport, ch: Changes): boolean {
  for (let seq = v.seq; seq <= Math.max(v.to, v.seq); seq++) {
    const e = l.at(seq);
    if (!e) return true;
    if (e.id !== v.id) {
      if (e.from === 0 && e.line !== undefined) return false;
      if (v.id !== "") l.rename(e, v.id);
      e.from = e.to = 0; // it arrived before it was given up
    }
    e.status = v.status === "duplicate" ? "merged" : v.status;
    e.code = v.code;
    e.acked = true;
    if (e.code === "erased") {
      ch.shred ||= e.line !== undefined;
      e.line = undefined;
    }
    ch.entry(l, e);
    r.sent++;
    const counted = counts.find((s) => s === e.status);
    if (counted) r[counted]++;
  }
  return true;
}

/**
 * Lets go of text whose id an answer named, that a verified backup covers, and that is no longer needed to show what the worker
 * wrote: the server's copy has it, or there is nothing to show.
 */
export function dropSafe(core: Core, l: Log, ch: Changes): void {
  for (const e of l.entries) {
    if (e.line === undefined || !e.acked || e.seq > l.meta.safe || held(e)) continue;
    const base = core.bases.get(e.record);
    const shown = base !== undefined && (base.state === "" || stateOf(base)?.vv.covers({ device: l.device, seq: e.seq }) === true);
    if (!shown && !core.left.has(e.record) && !core.meta.revoked && e.status !== "void") continue;
    e.line = undefined;
    ch.entry(l, e);
  }
}

/**
 * The server lives a new life. What it has is unknown, everything kept is offered again, markers are handed back. The cursor
 * stays until the pull: it tells the server which life the phone comes from.
 */
export function newEpoch(core: Core, epoch: string, ch: Changes): void {
  core.meta.epoch = epoch;
  core.meta.complete = false;
  for (const l of core.logs) {
    l.meta.known = l.last === 0;
    l.meta.safe = 0;
    for (const e of l.entries) {
      if (!e.acked) continue;
      e.acked = false;
      ch.entry(l, e);
    }
  }
  for (const m of core.erased.values()) {
    m.pending = [...streams];
    ch.erased(m);
  }
}
