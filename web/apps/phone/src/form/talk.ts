// One form open on the screen: the draft of the store and the engine's session, held together.

import { type FormSession, instanceFrom, openForm } from "@ruhu/forms";
import type { Comments, Conflicts, Where } from "@ruhu/forms/view";
import type { Language } from "@ruhu/i18n";
import { computed, type ComputedRef, type Ref, ref, shallowReactive } from "vue";
import type { Interview, Opening, PhoneApp, SaveState, Slip, Snapshot } from "../app/ports.ts";
import { placeOf, standOf } from "./place.ts";

export interface Talk {
  readonly interview: Interview;
  readonly session: FormSession;
  readonly start: Where | undefined;
  readonly saved: Ref<SaveState>;
  readonly lost: Ref<boolean>;
  readonly erasable: Ref<boolean>;
  readonly oneWay: Ref<boolean>;
  /** The withdrawal code, from consent until the slip was left. */
  readonly slip: Ref<Slip | undefined>;
  readonly comments: Comments;
  /** What the office says of the whole record. */
  readonly remarks: readonly string[];
  readonly conflicts: Conflicts;
  /** Rows removed by one and edited by another, not decided yet. */
  readonly clashingRows: ComputedRef<readonly string[]>;
  readonly openConflicts: ComputedRef<number>;
  snapshot(): Snapshot;
  changed(): void;
  moved(w: Where): Promise<void>;
  settle(path: string): void;
  keepRow(row: string): void;
  dropRow(row: string): void;
  dispose(): void;
}

/** Opens the form of an opening. Faults are the phone's, and FormRefused. */
export async function openTalk(phone: PhoneApp, opening: Opening, language: Language, takeOver: boolean): Promise<Talk> {
  const interview = await phone.openInterview(opening, takeOver ? "take-over" : undefined);
  try {
    const session = await openSession(phone, interview, language);
    return makeTalk(interview, session);
  } catch (err) {
    await interview.close();
    throw err;
  }
}

function openSession(phone: PhoneApp, interview: Interview, language: Language): Promise<FormSession> {
  const { formXml, values, rows } = interview;
  const begun = Object.keys(values).length > 0 || Object.values(rows).some((r) => r.length > 0);
  const instanceXml = interview.instanceXml ?? (begun ? instanceFrom(formXml, values, rows, { instanceID: `uuid:${interview.record}` }) : undefined);
  return openForm({
    formXml, files: interview.files, attachments: interview.attachments, preset: interview.preset, language, properties: { username: phone.me?.worker ?? "" }, position,
    ...(instanceXml !== undefined && { instanceXml }),
  });
}

/** Where the phone is, for forms that record it. */
function position(): Promise<string> {
  return new Promise((found) => {
    if (!("geolocation" in navigator)) return found("");
    navigator.geolocation.getCurrentPosition(
      ({ coords: c }) => found([c.latitude, c.longitude, c.altitude ?? 0, c.accuracy].map((n) => n.toFixed(6).replace(/\.?0+$/, "")).join(" ")),
      () => found(""),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  });
}

function makeTalk(interview: Interview, session: FormSession): Talk {
  const stand = standOf(interview.place);
  let where = stand.where;
  const oneWay = ref(stand.oneWay);
  const saved = ref<SaveState>(interview.saved);
  const lost = ref(interview.lost);
  const erasable = ref(interview.erasable);
  const slip = ref<Slip>();
  const confirmed = shallowReactive(new Set<string>());
  const decided = shallowReactive(new Set<string>());
  const kept = new Set<string>();

  const stop = interview.onChange(() => {
    [saved.value, lost.value, erasable.value] = [interview.saved, interview.lost, interview.erasable];
  });

  const snapshot = (): Snapshot => {
    const place = placeOf({ where, oneWay: oneWay.value });
    return { xml: session.draftXml(), values: session.values(), rows: session.rows(), confirmed: [...confirmed], kept: [...kept], ...(place && { place }) };
  };
  const changed = (): void => interview.changed(snapshot);

  // What was corrected and submitted is not asked for any more.
  const said = ["returned", "needs_review"].includes(interview.status) ? interview.comments : [];
  const clashes = interview.conflicts.filter((c) => c.kind === "value");
  const conflicts: Conflicts = Object.fromEntries(clashes.map((c) => [c.path, c.answers.map((a) => ({ value: a.value ?? "", mine: a.mine }))]));
  const clashingRows = computed(() => interview.conflicts.filter((c) => c.kind === "removed" && !decided.has(c.path)).map((c) => c.path));

  return {
    interview, session, saved, lost, erasable, oneWay, slip, conflicts, clashingRows, snapshot, changed,
    start: stand.where,
    comments: commentsOf(said),
    remarks: said.filter((c) => c.path === "").map((c) => c.text),
    openConflicts: computed(() => clashes.filter((c) => !confirmed.has(c.path)).length + clashingRows.value.length),
    async moved(w) {
      const turned = w.page !== where?.page || w.rows.length !== where.rows.length;
      where = w;
      if (turned) await interview.save(snapshot());
      else changed();
    },
    settle(path) {
      confirmed.add(path);
      changed();
    },
    keepRow(row) {
      decided.add(row);
      kept.add(row);
      changed();
    },
    dropRow(row) {
      decided.add(row);
      session.removeRow(row);
      changed();
    },
    dispose() {
      stop();
      session.dispose();
    },
  };
}

function commentsOf(said: Interview["comments"]): Comments {
  const out: Record<string, { text: string }[]> = {};
  for (const c of said) if (c.path !== "") (out[c.path] ??= []).push({ text: c.text });
  return out;
}
