import { type Bytes, Coded, codeOf, compare, fail, type Kind, type Summary, type Verdict, wrap } from "@ruhu/merge";
import { newPushReport, type PushReport, readAnswer } from "./answer.ts";
import { unbase64 } from "./base64.ts";
import { appendLines, attest, Built, declare, opening } from "./build.ts";
import { Core } from "./core.ts";
import { adopt } from "./fork.ts";
import { Log } from "./log.ts";
import { held, type Item, keyDraft, stateOf, type Stream, streams, typed } from "./model.ts";
import { sealPack } from "./pack.ts";
import type { Options } from "./ports.ts";
import { newPullReport, pull, type PullReport } from "./pull.ts";
import { probeDue, push, unsettled } from "./push.ts";
import { editSession, newSession, type Session } from "./session.ts";
import { items, type PhoneStatus, records, type Sent, sent, status, type View, view } from "./view.ts";

/** What a sync did. */
export interface Report {
  readonly push: PushReport;
  readonly pull: PullReport;
}

/**
 * One replica: what a phone must do, pure of screens, disks and HTTP. The twin of sync/phone.
 *
 * It keeps three things apart and never mixes them: base, copies of record states as the server sent them, replaced whole by each
 * pull, never joined; its own logs, one a device, kept until an answer named their id and a verified backup covers them;
 * and drafts, what is being typed, with the ctx of the screen it is typed on. What it shows is base with its own sets that
 * base does not cover applied on top.
 *
 * Phone.open on the same store after a crash gives the phone as of the last completed step; every step is one atomic commit.
 * Methods may be called at any time, from several tabs on one store; push, pull and sync wait for each other.
 */
export class Phone {
  readonly #core: Core;

  private constructor(core: Core) {
    this.#core = core;
  }

  /** Loads a phone from its store; an empty store gives one that is not enrolled. Code: damaged. */
  static async open(o: Options): Promise<Phone> {
    const core = new Core(o);
    await core.read(() => undefined);
    return new Phone(core);
  }

  /** Makes the phone a worker's, with a one-time code. Code: conflict where it is enrolled already. */
  enrol(code: string, name: string, platform: string): Promise<void> {
    const [core, op] = [this.#core, "enrol"];
    return this.#flow(op, async () => {
      // Saved before it is used: when the answer is lost, the same code with the same key gets it again, and with another key it
      // is a used code.
      const key = await core.step(async () => {
        if (core.logs.length > 0) fail("conflict", op, "this phone is enrolled already");
        if (core.meta.enrolKey !== "" && (await core.o.keys.publicKey(core.meta.enrolKey))) return core.meta.enrolKey;
        const key = await core.o.keys.create();
        const ch = core.begin();
        core.meta.enrolKey = key;
        await core.commit(ch);
        return key;
      });
      const e = await core.o.transport.enrol({ code, name, platform, key });
      await core.step(async () => {
        const ch = core.begin();
        adopt(core, e);
        [core.meta.epoch, core.meta.enrolKey] = [e.epoch, ""];
        core.logs = streams.map((stream) => {
          return new Log({ device: stream === "answers" ? e.device : e.registryDevice, stream, key, former: false, known: true, safe: 0, attested: 0 });
        });
        await core.commit(ch);
        core.bind();
      });
    });
  }

  /** Begins a record. Code: unauthenticated. */
  new(stream: Stream, form: string, version: string, grid: string): Promise<Session> {
    return newSession(this.#core, stream, form, version, grid);
  }

  /**
   * Opens a record the phone holds, or its draft where one was left. Codes: not-found, erased, damaged, conflict (only a stub is
   * here: its answers are not on this phone).
   */
  edit(record: string): Promise<Session> {
    return editSession(this.#core, record);
  }

  /** Sends what is unsent, asks what became of what is held back, and learns what is safe. Codes: as the transport's. */
  async push(signal?: AbortSignal): Promise<PushReport> {
    const r = newPushReport();
    await this.#flow("push", () => push(this.#core, true, r, signal));
    return r;
  }

  /** Brings base up to date. Code: device-revoked, after which the phone only drains; others as the transport's. */
  async pull(signal?: AbortSignal): Promise<PullReport> {
    const r = newPullReport();
    await this.#flow("pull", () => pull(this.#core, r, signal));
    return r;
  }

  /**
   * Sends what is unsent, then pulls; again where the pull showed that the server lives a new life. A revoked phone, and one that
   * an administrator has to confirm after a restore, sends only, and that is no error.
   */
  async sync(signal?: AbortSignal): Promise<Report> {
    const r = { push: newPushReport(), pull: newPullReport() };
    await this.#flow("sync", () => this.#sync(r, signal));
    return r;
  }

  async #sync(r: Report, signal?: AbortSignal): Promise<void> {
    const core = this.#core;
    let readmitted = false; // by a server that was restored to before it knew this phone, and tells it nothing else
    for (let round = 0; round < 3; round++) {
      const probe = await core.read(() => readmitted || probeDue(core) || newsOfHeld(core));
      await push(core, probe, r.push, signal);
      const p = newPullReport();
      try {
        await pull(core, p, signal);
      } catch (err) {
        const code = codeOf(err);
        if (code !== "device-revoked" && code !== "unconfirmed-device") throw err;
        if (code === "device-revoked" || (readmitted && !(await core.read(() => unsettled(core))))) return;
        readmitted = true;
        continue;
      } finally {
        addPull(r.pull, p);
      }
      if (!(await core.read(() => unsettled(core) || newsOfHeld(core)))) return;
    }
  }

  /**
   * Seals what a log has unsent, attested, for the server's key: a file that any phone or the office can carry. It holds one push;
   * undefined where nothing is unsent. The sets stay unsent here until an answer names them. Code: rule (the server has no key for
   * packs, or the phone none to sign with).
   */
  async pack(s: Stream): Promise<Bytes | undefined> {
    const [core, op] = [this.#core, "pack"];
    return this.#flow(op, async () => {
      const made = await core.step(async () => {
        const l = core.current(s) ?? fail("unauthenticated", op, "this phone is not enrolled");
        let first = l.unacked();
        if (first > l.last) return undefined;
        const server = unbase64(core.meta.serverKey);
        if (server?.length !== 65) fail("rule", op, "the server has given no key to seal packs for");
        await declare(core, l, first);
        const from = l.at(first)?.from ?? 0;
        if (from > 0) first = from;
        const b = new Built(l, first);
        b.add(opening(core, l, first));
        const end = appendLines(core, l, b, first, 0);
        if (!(await attest(core, l, b, end, true))) fail("rule", op, "the phone has no key to sign with");
        return { server, body: b.body() };
      });
      return made && sealPack(made.server, made.body);
    });
  }

  /** Pushes a pack of another phone and returns what the server says of it: ids and statuses, no answers. */
  carry(pack: Bytes): Promise<{ verdicts: readonly Verdict[]; summary: Summary | undefined }> {
    return this.#flow("carry pack", async () => {
      const heard = await readAnswer(await this.#core.o.transport.pushPack(pack));
      if (heard.error !== undefined) throw heard.error;
      return heard;
    });
  }

  /**
   * Lets go of everything of a record that is not known to have left this phone: draft, files, sets, whose seqs are declared. What the
   * server has stays there, and whoever wants it gone has to ask it. Reports whether it may have any.
   */
  forget(record: string): Promise<boolean> {
    const core = this.#core;
    return core.step(async () => {
      const ch = core.begin();
      ch.shred = true;
      let out = core.bases.has(record);
      for (const l of core.logs) {
        for (const e of l.entries) {
          if (e.record !== record) continue;
          out = true; // also what is not acknowledged: an answer may have been lost
          if (e.acked || e.line === undefined) continue;
          e.line = undefined;
          ch.entry(l, e);
        }
      }
      core.drafts.delete(record);
      core.open.delete(record);
      ch.drop(keyDraft(record));
      ch.dropApp(record);
      await core.commit(ch);
      return out;
    });
  }

  /** What the phone shows of a record. Codes: erased, not-found. */
  view(record: string): Promise<View> {
    const core = this.#core;
    return core.read(() => view(core, record) ?? fail(core.erased.has(record) ? "erased" : "not-found", "view", `record ${record}`));
  }

  /** What the phone shows of every record it shows, by id. */
  views(): Promise<View[]> {
    const core = this.#core;
    return core.read(() => records(core).flatMap((id) => view(core, id) ?? []));
  }

  /** The ids of all records the phone shows, sorted. */
  records(): Promise<string[]> {
    return this.#core.read(() => records(this.#core));
  }

  /** The records with a draft, sorted. */
  drafts(): Promise<string[]> {
    return this.#core.read(() => [...this.#core.drafts.keys()].sort());
  }

  /** What drafts are of, with what was typed in them since their last set; in order of record. */
  draftLines(): Promise<{ record: string; form: string; version: string; grid: string; values: ReadonlyMap<string, string | null>; typed: boolean }[]> {
    return this.#core.read(() => {
      const list = [...this.#core.drafts.values()].sort((a, b) => compare(a.record, b.record));
      return list.map((d) => ({ record: d.record, form: d.form, version: d.version, grid: d.grid, values: new Map(d.set), typed: typed(d) }));
    });
  }

  /** The reference lines of a kind (survey, form, household, assignment), by id. */
  items(kind: Kind): Promise<Item[]> {
    return this.#core.read(() => items(this.#core, kind));
  }

  /** Every change set of every log, former devices first, in order of seq. */
  log(): Promise<Sent[]> {
    return this.#core.read(() => sent(this.#core));
  }

  /** The phone in figures. */
  status(): Promise<PhoneStatus> {
    return this.#core.read(() => status(this.#core));
  }

  #flow<T>(op: string, f: () => Promise<T>): Promise<T> {
    return this.#core.o.store.hold("flow", async () => {
      try {
        return await f();
      } catch (err) {
        throw err instanceof Coded && err.op === op ? err : wrap(op, err);
      }
    });
  }
}

function addPull(r: PullReport, p: PullReport): void {
  r.requests += p.requests;
  r.bytes += p.bytes;
  r.lines += p.lines;
  r.newEpoch ||= p.newEpoch;
  r.complete = p.complete;
  r.mismatch = p.mismatch;
}

/**
 * Whether the server's copy of a record covers a set that was last said to be held back: the office has settled it, and what
 * became of it is worth asking at once.
 */
function newsOfHeld(core: Core): boolean {
  return core.logs.some((l) =>
    l.entries.some((e) => {
      if (!held(e) || (e.line === undefined && l.meta.former)) return false;
      return stateOf(core.bases.get(e.record))?.vv.covers({ device: l.device, seq: e.seq }) === true;
    }),
  );
}
