import { Problem } from "@ruhu/api";
import { codeOf } from "@ruhu/merge";
import { faultIn } from "./fault.ts";
import type { SyncPhase } from "./ports.ts";
import type { Worker } from "./worker.ts";

export interface PassEvents {
  readonly phase: (p: SyncPhase) => void;
  /** Answers went or records came. */
  readonly moved: (what: "list" | "outbox") => void;
}

/** What a pass came to. error: "" where all went well. */
export interface Passed {
  readonly outcome: "done" | "again" | "stop";
  readonly error: string;
  readonly retryAfter: number;
}

const ended = new Set(["device-revoked", "unauthenticated", "forbidden"]);

/**
 * One sync: answers first, then what the server has for this phone, forms, and files at last. Each part keeps what it achieved,
 * whatever becomes of the next.
 */
export async function pass(w: Worker, events: PassEvents, signal: AbortSignal): Promise<Passed> {
  try {
    await w.owedVisits();
    events.phase("answers");
    try {
      await w.phone.sync(signal);
    } finally {
      events.moved("outbox");
    }
    const s = await w.phone.status();
    await w.noteSync();
    await w.erase(signal);
    events.moved("list");
    if (!s.revoked) {
      events.phase("forms");
      if (await w.library.fetch(await w.forms(), signal)) events.moved("list");
      await w.owedVisits();
    }
    events.phase("files");
    await files(w, signal);
    events.moved("outbox");
    return { outcome: "done", error: "", retryAfter: 0 };
  } catch (err) {
    if (!w.sealer.open || signal.aborted) return { outcome: "stop", error: "", retryAfter: 0 };
    const code = faultIn(err)?.code ?? codeOf(err);
    return { outcome: ended.has(code) ? "stop" : "again", error: code, retryAfter: err instanceof Problem ? err.retryAfter : retryAfterIn(err) };
  }
}

function retryAfterIn(err: unknown): number {
  for (let at: unknown = err, n = 0; at instanceof Error && n < 8; at = at.cause, n++) if (at instanceof Problem) return at.retryAfter;
  return 0;
}

async function files(w: Worker, signal: AbortSignal): Promise<void> {
  const [s, log, drafts] = [await w.phone.status(), await w.phone.log(), new Set(await w.phone.drafts())];
  const unsent = new Set(log.filter((e) => !e.acked).map((e) => e.record));
  const unsafe = new Set(log.filter((e) => e.kept && !e.safe).map((e) => e.record));
  await w.files.settle(s.epoch, (record) => unsafe.has(record) || unsent.has(record) || drafts.has(record));
  try {
    await w.files.upload(s.epoch, (record) => !unsent.has(record), signal);
  } catch (err) {
    if (s.revoked && ended.has(codeOf(err))) return; // its time to send files is over
    throw err;
  }
}
