import type { Sent } from "@ruhu/sync";
import type { Outbox, OutboxLine } from "./ports.ts";
import { caseOf } from "./records.ts";
import type { Worker } from "./worker.ts";

const longAfter = 90 * 24 * 3600_000;

/** The outbox in figures. */
export async function outbox(w: Worker): Promise<Outbox> {
  const [s, log, files, drafts, gone] = [await w.phone.status(), await w.phone.log(), await w.files.list(), await w.phone.draftLines(), await w.forgotten()];
  const shown = log.filter((e) => !(gone.has(e.record) && e.code === "declared-void"));
  const held = shown.filter((e) => e.status === "quarantined").length;
  return {
    unsent: shown.filter((e) => !e.acked).length, drafts: drafts.filter((d) => d.typed && !gone.has(d.record)).length, files: files.filter((f) => f.refused === "").length, fileBytes: files.reduce((n, f) => n + (f.refused === "" ? f.bytes : 0), 0),
    waiting: shown.filter((e) => e.status === "waiting").length, held, void: shown.filter((e) => e.status === "void").length,
    unsafe: shown.filter((e) => e.status === "merged" && !e.safe).length, safe: shown.filter((e) => e.status === "merged" && e.safe).length,
    longUnsafe: shown.filter((e) => e.acked && !e.safe && e.at > 0 && w.age(e.at) > longAfter).length,
    lastSync: w.note.at, completeAt: s.completeAt, complete: s.complete, revoked: s.revoked, unconfirmed: shown.some((e) => e.status === "quarantined" && e.code === "unconfirmed-device"),
    forks: s.forks, clockOffset: s.clockOffset,
  };
}

function stateOf(e: Sent): OutboxLine["state"] {
  if (e.status === "void") return "void";
  if (!e.acked) return "unsent";
  return e.status === "waiting" ? "waiting" : e.status === "quarantined" ? "held" : "merged";
}

/** What became of what was written: neighbours of one record with one fate as one line, newest first, at most so many. */
export async function outboxLines(w: Worker, most = 500): Promise<OutboxLine[]> {
  const [log, files, gone] = [await w.phone.log(), await w.files.list(), await w.forgotten()];
  const views = new Map((await w.phone.views()).map((v) => [v.record, v]));
  const out = new Map<string, OutboxLine>();
  for (const e of log) {
    if (gone.has(e.record) && e.code === "declared-void") continue;
    const state = stateOf(e);
    const code = state === "held" || state === "void" ? e.code : "";
    const key = [e.record, e.stream, state, code, e.safe].join(" ");
    const before = out.get(key);
    const v = views.get(e.record);
    out.delete(key);
    out.set(key, {
      record: e.record, form: v?.form ?? "", case: v ? caseOf(v) : "", stream: e.stream, state, code, safe: e.safe, sets: (before?.sets ?? 0) + 1,
      files: files.filter((f) => f.record === e.record && f.refused === "").length, at: Math.max(before?.at ?? 0, e.at),
    });
  }
  const rank = { void: 0, held: 1, unsent: 2, waiting: 3, merged: 4 } as const;
  return [...out.values()].reverse().sort((a, b) => rank[a.state] - rank[b.state] || b.at - a.at).slice(0, most);
}
