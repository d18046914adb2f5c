import { Coded, type ChangeSet, type Dot, encodeChangeSet, idOf, openingLine, type State, tryDecode, VV, wrap } from "@ruhu/merge";
import { type PushReport, readAnswer } from "./answer.ts";
import { attest, Built } from "./build.ts";
import type { Changes } from "./changes.ts";
import type { Core } from "./core.ts";
import { Log } from "./log.ts";
import { keyEntry, keyPack, newEntry, type Stream, streams } from "./model.ts";
import type { Enrolment } from "./ports.ts";
import { base64 } from "./base64.ts";

/** Takes over what an enrolment says of the worker. */
export function adopt(core: Core, e: Enrolment): void {
  const m = core.meta;
  [m.worker, m.workerName, m.certificate, m.grids] = [e.worker, e.workerName, e.certificate, [...e.grids]];
  if (e.serverKey) m.serverKey = base64(e.serverKey);
}

/**
 * Makes the phone a new device after its log and the server's were found to differ: it was restored from a backup, or it has a
 * twin. What the server lacks is re-issued under the new devices: the same nonce, values, at and order; in ctx own dots below
 * the fork stay, own dots from the fork on become the new dots of the same sets. It happens before any pull, because base
 * would tell of the twin's sets under this phone's own name.
 */
export async function settleFork(core: Core, r: PushReport, signal?: AbortSignal): Promise<void> {
  const op = "settle fork";
  try {
    const ends: { device: string; common: number }[] = [];
    for (const s of streams) {
      const device = await core.read(() => mustCurrent(core, s).device);
      ends.push({ device, common: await common(core, device, r, signal) });
    }
    const newKey = await core.o.keys.create();
    const req = await core.read(() => {
      const old = mustCurrent(core, "answers");
      return { certificate: core.meta.certificate, device: old.device, key: old.meta.key, newKey };
    });
    const e = await core.o.transport.fork(req);
    await core.step(async () => {
      const ch = core.begin();
      adopt(core, e);
      [e.device, e.registryDevice].forEach((device, i) => {
        const old = core.byDevice(ends[i]!.device);
        if (!old) throw new Coded("internal", op, `device ${ends[i]!.device}`);
        const fresh = new Log({ device, stream: old.meta.stream, key: newKey, former: false, known: true, safe: 0, attested: 0 });
        reissue(core, old, ends[i]!.common, fresh, ch);
        core.logs.push(fresh);
      });
      core.meta.forks++;
      await core.commit(ch);
      core.bind();
    });
    r.forked = true;
  } catch (err) {
    throw wrap(op, err);
  }
}

function mustCurrent(core: Core, s: Stream): Log {
  const l = core.current(s);
  if (!l) throw new Coded("unauthenticated", "settle fork", "this phone is not enrolled");
  return l;
}

/**
 * Makes good a former device's log that differs from the server's: a twin went on under its name and, after a restore, offered
 * something else where both were the same (it had lost the text), or an id was damaged here. What both have is acknowledged,
 * what is kept beyond it is re-issued under the present device, the rest is let go.
 */
export async function settleFormer(core: Core, device: string, r: PushReport, signal?: AbortSignal): Promise<void> {
  try {
    const until = await common(core, device, r, signal);
    await core.step(async () => {
      const old = core.byDevice(device);
      const fresh = old && core.current(old.meta.stream);
      if (!old || !fresh) throw new Coded("internal", "settle", `device ${device}`);
      const ch = core.begin();
      reissue(core, old, until, fresh, ch);
      await core.commit(ch);
    });
  } catch (err) {
    throw wrap("settle former device", err);
  }
}

/** The last seq up to which the log and the server's are the same, found by asking with ever other openings. */
async function common(core: Core, device: string, r: PushReport, signal?: AbortSignal): Promise<number> {
  const op = "compare logs";
  let low = 0; // is the same on both sides
  let { high, next } = await core.read(() => {
    const l = core.byDevice(device)!;
    return { high: l.last, next: l.unacked() - 1 }; // nothing above high is the same
  });
  while (low < high) {
    if (next <= low || next > high) next = low + Math.floor((high - low + 1) / 2);
    const b = await core.step(async () => {
      const l = core.byDevice(device)!;
      const b = new Built(l, next + 1);
      b.add(openingLine({ device, cursor: core.meta.cursor, last: next, head: l.head(next) }));
      if (l.meta.former) await attest(core, l, b, next); // another device carries it
      return b;
    });
    r.requests++;
    const heard = await readAnswer(await core.o.transport.push(device, b.body(), signal));
    if (heard.error !== undefined) throw heard.error;
    const v = heard.verdicts.find((v) => v.attest === 0);
    if (!v && !heard.summary) throw new Coded("interrupted", op, "the answer ended early");
    if (!v) {
      low = next;
    } else if (v.code === "gap" && v.placed && v.placed.have < next) {
      const { have, head } = v.placed;
      const same = await core.read(() => core.byDevice(device)!.head(have) === head);
      high = have;
      if (same) low = high;
    } else if (v.code === "fork") {
      high = next - 1;
    } else {
      throw new Coded(v.code, op, `device ${device}`);
    }
    next = 0;
  }
  return low;
}

/** What own sets are called after a fork. */
interface Renamed {
  readonly old: Log;
  readonly fork: number;
  readonly device: string;
  /** Old seq → new seq, in order of the former. */
  readonly seqs: Map<number, number>;
}

/** Closes a log at the fork and writes what came after it anew, at the end of another log. */
function reissue(core: Core, old: Log, fork: number, fresh: Log, ch: Changes): void {
  const n: Renamed = { old, fork, device: fresh.device, seqs: new Map() };
  for (const e of old.entries.slice(fork)) {
    ch.drop(keyEntry(old.device, e.seq));
    if (core.o.escrow) ch.drop(keyPack(old.device, e.seq));
    if (e.line === undefined || e.code === "discarded" || e.code === "erased") continue; // given up, or decided: there is nothing to say again
    const c: ChangeSet | undefined = tryDecode(e.line);
    if (!c) continue;
    c.ctx = renameCtx(n, c.record, c.ctx);
    c.device = fresh.device;
    c.seq = fresh.last + 1;
    const line = encodeChangeSet(c);
    const again = newEntry(c.seq, { id: idOf(line), line, record: c.record, cursor: e.cursor });
    n.seqs.set(e.seq, again.seq);
    fresh.entries.push(again);
    ch.entry(fresh, again);
  }
  for (const d of core.drafts.values()) {
    if (d.stream !== old.meta.stream) continue;
    d.ctx = renameCtx(n, d.record, d.ctx);
    if (d.screen) renameScreen(n, d.record, d.screen);
    ch.draft(d);
  }
  old.cutAfter(fork);
  old.meta.former = old.meta.known = true;
  old.ack(old.last, ch); // the server was just found to have it
}

/** The names a ctx has after a fork. */
function renameCtx(n: Renamed, record: string, ctx: VV): VV {
  const seen = ctx.get(n.old.device) ?? 0;
  if (seen <= n.fork) return ctx;
  const out = ctx.clone();
  out.delete(n.old.device);
  if (seen > n.old.last) {
    out.set(n.old.device, seen); // a twin's, that went on under the former name
  } else {
    const below = n.old.lastOf(record, Math.min(seen, n.fork));
    if (below > 0) out.set(n.old.device, below);
  }
  for (let seq = Math.min(seen, n.old.last); seq > n.fork; seq--) {
    const renamed = n.seqs.get(seq);
    if (renamed === undefined || n.old.at(seq)?.record !== record) continue;
    out.set(n.device, renamed);
    break;
  }
  return out;
}

/** Does the same to what stands on an open form. What nobody will say again goes from it. */
function renameScreen(n: Renamed, record: string, s: State): void {
  const dot = (d: Dot): Dot | undefined => {
    if (d.device !== n.old.device || d.seq <= n.fork || d.seq > n.old.last) return d;
    const seq = n.seqs.get(d.seq);
    return seq === undefined ? undefined : { device: n.device, seq };
  };
  s.rename(dot, (vv) => {
    const seen = Math.min(vv.get(n.old.device) ?? 0, n.fork);
    const out = renameCtx(n, record, vv);
    if (seen > (out.get(n.old.device) ?? 0)) out.set(n.old.device, seen); // an entry that was damaged does not say of which record it was
    return out;
  });
}
