import type { ChangeSet } from "@ruhu/merge";
import { base64url } from "./base64.ts";
import type { Core } from "./core.ts";
import type { Draft } from "./model.ts";

/** What was typed in a draft, as a change set of a device. */
export function changeSetOf(core: Core, d: Draft, device: string, seq: number): ChangeSet {
  return {
    device, seq, epoch: d.epoch, at: core.o.stamp?.(d.stream, core.now()) ?? core.now(), nonce: base64url(core.o.random(16)), record: d.record, form: d.form,
    version: d.version === "-" ? "" : d.version, grid: d.grid, ctx: d.ctx.clone(), set: [...d.set].map(([path, value]) => ({ path, value })),
    add: [...d.add], del: [...d.del],
  };
}
