import { Coded, codeOf, limits, parsePull, type PullEnd, type PullLine, wrap } from "@ruhu/merge";
import { dropSafe, newEpoch, newPushReport } from "./answer.ts";
import { differ, dropBase, erase, Forked, obeyLeaves, record, reference, withhold } from "./base.ts";
import type { Changes } from "./changes.ts";
import type { Core } from "./core.ts";
import { settleFork } from "./fork.ts";
import { lines } from "./lines.ts";
import type { Answer } from "./ports.ts";

/** What a pull brought. */
export interface PullReport {
  requests: number;
  bytes: number;
  lines: number;
  newEpoch: boolean;
  /** The digests of all grids agree. */
  complete: boolean;
  /** The grids whose do not. */
  mismatch: string[];
}

export function newPullReport(): PullReport {
  return { requests: 0, bytes: 0, lines: 0, newEpoch: false, complete: false, mismatch: [] };
}

/** Bounds the requests of one pull; the cursor keeps what was done. */
const pagesPerPull = 10_000;
const lineBytes = 8 << 20;

/**
 * Brings base up to date, page by page; each page is one step. Where the digests do not agree at the end it begins once more
 * from zero. A fork that a page betrays is settled first. r counts what came, also where it ends in a throw.
 * Code: device-revoked, after which the phone only drains.
 */
export async function pull(core: Core, r: PullReport, signal?: AbortSignal): Promise<void> {
  try {
    await pages(core, r, signal);
  } catch (err) {
    if (!(err instanceof Forked)) throw wrap("pull", err);
    try {
      await settleFork(core, newPushReport(), signal);
      Object.assign(r, newPullReport());
      await pages(core, r, signal);
    } catch (err) {
      throw wrap("pull", err);
    }
  }
}

async function pages(core: Core, r: PullReport, signal?: AbortSignal): Promise<void> {
  const op = "pull";
  if (!(await core.read(() => core.logs.length > 0))) throw new Coded("unauthenticated", op, "this phone is not enrolled");
  let again = true;
  for (let n = 0; n < pagesPerPull; n++) {
    const cursor = await core.read(() => core.meta.cursor);
    r.requests++;
    let answer: Answer;
    try {
      answer = await core.o.transport.pull(cursor, limits.pullRows, signal);
    } catch (err) {
      if (codeOf(err) === "device-revoked") await revoked(core);
      throw err;
    }
    const page = await readPage(answer, r);
    const retry = await core.step(async () => {
      await takePage(core, page, r);
      if (page.end.more || r.complete || !again) return false;
      const ch = core.begin();
      core.meta.cursor = "";
      await core.commit(ch);
      return true;
    });
    again &&= !retry;
    if (!page.end.more && !retry) return;
  }
  throw new Coded("interrupted", op, "the server always has more");
}

interface Page {
  lines: PullLine[];
  end: PullEnd;
}

/** Reads a whole page. One that does not end with its end is none. */
async function readPage(answer: Answer, r: PullReport): Promise<Page> {
  const out: PullLine[] = [];
  for await (const line of lines(answer, lineBytes)) {
    r.bytes += line.length + 1;
    if (line.length === 0) continue;
    const p = parsePull(line);
    if ("end" in p) return { lines: out, end: p.end };
    r.lines++;
    out.push(p.line);
  }
  throw new Coded("interrupted", "read page", "the page ended early");
}

/** Reads have stopped. What the server showed goes; what was written here stays until it is drained. */
async function revoked(core: Core): Promise<void> {
  await core.step(async () => {
    const ch = core.begin();
    ch.shred = !core.meta.revoked;
    core.meta.revoked = true;
    core.meta.complete = false;
    dropBase(core, ch);
    await core.commit(ch);
  });
}

/** Takes in one page: one step with its cursor. After a throw nothing of it stays. */
async function takePage(core: Core, page: Page, r: PullReport): Promise<void> {
  const ch = core.begin();
  core.meta.revoked = false;
  let busy: Set<string> | undefined; // what other lines do changes it
  for (const l of page.lines) {
    if (carriesRecord(l)) record(core, l, (busy ??= core.busyRecords()), ch);
    else {
      busy = undefined;
      takeLine(core, l, r, ch);
    }
  }
  obeyLeaves(core, ch);
  for (const l of core.logs) dropSafe(core, l, ch);
  core.meta.cursor = page.end.cursor;
  if (page.end.more) {
    core.meta.complete = false;
  } else {
    r.mismatch = differ(core, page.end.digest);
    r.complete = r.mismatch.length === 0;
    core.meta.complete = r.complete;
    if (r.complete) core.meta.completeAt = core.now();
  }
  await core.commit(ch);
}

function carriesRecord(l: PullLine): boolean {
  return ["stub", "record", "visit", "followup", "candidate"].includes(l.kind);
}

function takeLine(core: Core, l: PullLine, r: PullReport, ch: Changes): void {
  switch (l.kind) {
    case "epoch":
      dropBase(core, ch);
      if (l.epoch === core.meta.epoch) return;
      r.newEpoch = true;
      newEpoch(core, l.epoch, ch);
      return;
    case "erased":
      return erase(core, l, ch);
    case "withheld":
      return withhold(core, l, ch);
    case "leave":
      core.meta.leaves.push({ record: l.record, grid: l.grid, at: l.at });
      return;
    case "survey":
    case "form":
    case "household":
    case "assignment":
      return reference(core, l, ch);
  }
  // a kind of a newer server
}
