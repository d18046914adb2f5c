import { Coded, codeOf, wrap } from "@ruhu/merge";
import { exchange, newPushReport, type PushReport } from "./answer.ts";
import { Forked } from "./base.ts";
import { askFormer, build, roundsPerLog } from "./build.ts";
import type { Core } from "./core.ts";
import { settleFork, settleFormer } from "./fork.ts";

/** How old the comparison of all logs with the server's may get, in ms. */
const probeAfter = 3600_000;

function add(r: PushReport, o: PushReport): void {
  for (const key of ["requests", "sent", "merged", "waiting", "quarantined", "void"] as const) r[key] += o[key];
  r.forked ||= o.forked;
  if (o.epoch !== "") r.epoch = o.epoch;
}

/**
 * Sends what the server does not have, of former devices too, asks what became of what it holds back, and learns what is safe.
 * A fork is settled on the way. r counts what was achieved, also where it ends in a throw.
 */
export async function push(core: Core, probe: boolean, r: PushReport, signal?: AbortSignal): Promise<void> {
  const op = "push";
  const { logs, fresh } = await core.read(() => ({ logs: core.logs.map((l) => ({ device: l.device, former: l.meta.former })), fresh: core.fresh }));
  if (logs.length === 0) throw new Coded("unauthenticated", op, "this phone is not enrolled");
  for (const l of logs) {
    try {
      await pushLog(core, l.device, probe || (fresh && !l.former), r, signal);
    } catch (err) {
      if (err instanceof Forked) {
        try {
          await settleFork(core, r, signal);
          const again = newPushReport(); // what was re-issued goes with the new devices
          try {
            await push(core, false, again, signal);
          } finally {
            add(r, again);
          }
        } catch (err) {
          throw wrap(op, err);
        }
        return;
      }
      if (l.former && codeOf(err) === "device-revoked") continue; // its drain is over; what is written now goes by another name
      throw wrap(op, err);
    }
  }
  core.fresh = false;
  if (!probe) return;
  await core.step(async () => {
    const ch = core.begin();
    core.meta.probed = core.now();
    await core.commit(ch);
  });
}

async function pushLog(core: Core, device: string, probe: boolean, r: PushReport, signal?: AbortSignal): Promise<void> {
  if (probe) await askFormer(core, device, r, signal);
  for (let round = 0; round < roundsPerLog; round++) {
    const b = await core.step(() => build(core, device, probe));
    if (!b) return;
    probe = false;
    let a;
    try {
      a = await exchange(core, b, r, signal);
    } catch (err) {
      core.batch = Math.max(8, core.batch >> 2);
      throw err;
    }
    core.batch = Math.min(core.maxLines, core.batch * 2);
    if (a.forked && b.former) return settleFormer(core, device, r, signal);
    if (a.forked) throw new Forked();
    if (a.stuck) return; // sending again at once does not mend it
  }
}

/** Whether there is something a push would change at once. */
export function unsettled(core: Core): boolean {
  const logs = core.logs.some((l) => !l.meta.known || (l.unacked() <= l.last && !l.meta.former));
  return logs || [...core.erased.values()].some((m) => m.pending.length > 0);
}

/**
 * Whether the logs should be compared with the server's even if nothing is to be sent: something is not yet safe or held back,
 * and the last time is an hour ago, by a clock that may jump.
 */
export function probeDue(core: Core): boolean {
  const age = core.now() - core.meta.probed;
  return !(age >= 0 && age < probeAfter) && core.logs.some((l) => l.kept());
}
