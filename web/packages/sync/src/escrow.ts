import { type Bytes, compare, decodeChangeSet, encodeChangeSet, idOf, openingLine } from "@ruhu/merge";
import { unbase64 } from "./base64.ts";
import { attest, Built, opening } from "./build.ts";
import type { Changes } from "./changes.ts";
import type { Core } from "./core.ts";
import { changeSetOf } from "./cut.ts";
import { Log } from "./log.ts";
import { type Draft, type Entry, keyDraftPack, keyDraftPacks, keyPack, newEntry, streams, typed } from "./model.ts";
import { sealPack } from "./pack.ts";

// Where the phone's own key may be lost for good (too many wrong PINs), everything written is kept a second time, for the server
// alone: each own set as a pack of its own, from the step that cuts it to the one that lets go of its text, and each draft as the
// set it would be if it were cut now. Pushed in order, by whoever carries them, they are what the phone would have sent.

/** Adds to a step the packs of what it writes. Without a key of the server, or one to sign with, there are none. */
export async function escrow(core: Core, ch: Changes): Promise<void> {
  const server = unbase64(core.meta.serverKey);
  if (core.o.escrow !== true || server?.length !== 65) return;
  for (const [l, e] of ch.touched) {
    const key = keyPack(l.device, e.seq);
    if (e.line === undefined) {
      ch.drop(key);
      continue;
    }
    if (core.escrowed.has(e)) continue;
    const b = new Built(l, e.seq);
    b.add(opening(core, l, e.seq));
    b.add(e.line + "\n");
    if (!(await attest(core, l, b, e.seq, true))) return;
    const pack = await sealPack(server, b.body());
    ch.put(key, () => pack);
    core.escrowed.add(e);
  }
  if (!ch.writes("draft/") && ch.touched.length === 0) return;
  for (const s of streams) {
    const l = core.current(s);
    if (!l) continue;
    const drafts = [...core.drafts.values()].filter((d) => d.stream === s && d.screen && typed(d)).sort((a, b) => compare(a.record, b.record));
    if (drafts.length === 0 && !core.draftPacks.has(l.device)) continue;
    ch.dropUnder.add(keyDraftPacks(l.device));
    core.draftPacks.delete(l.device);
    await packDrafts(core, l, drafts, server, ch);
  }
}

/** Packs drafts as the sets that would follow the log. What no server would take yet is left out. */
async function packDrafts(core: Core, l: Log, drafts: readonly Draft[], server: Bytes, ch: Changes): Promise<void> {
  const shadow = new Log(l.meta, [...l.entries]);
  for (const d of drafts) {
    const e = draftEntry(core, d, shadow);
    if (!e) continue;
    shadow.entries.push(e);
    const b = new Built(shadow, e.seq);
    b.add(openingLine({ device: l.device, cursor: d.cursor, last: e.seq - 1, head: shadow.head(e.seq - 1) }));
    b.add(e.line! + "\n");
    if (!(await attest(core, shadow, b, e.seq, true))) return;
    const pack = await sealPack(server, b.body());
    ch.put(keyDraftPack(l.device, e.seq), () => pack);
    core.draftPacks.add(l.device);
  }
}

function draftEntry(core: Core, d: Draft, l: Log): Entry | undefined {
  try {
    const c = changeSetOf(core, d, l.device, l.last + 1);
    const line = encodeChangeSet(c);
    decodeChangeSet(line);
    return newEntry(c.seq, { id: idOf(line), line, record: d.record, cursor: d.cursor });
  } catch {
    return undefined;
  }
}
