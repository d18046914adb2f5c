import { type Bytes, codeOf } from "@ruhu/merge";
import type { Session, View } from "@ruhu/sync";
import { type DraftLock, lockDraft } from "../background/draftlock.ts";
import { type DraftFile, draftKey, readDraftFile, stillHolds } from "./draftfile.ts";
import { PhoneFault } from "./fault.ts";
import { pathsOf } from "./fit.ts";
import { OpenInterview } from "./interview.ts";
import type { FormItem } from "./items.ts";
import type { FormLine, Opening } from "./ports.ts";
import { answersOf, caseOf, commentsOf, conflictsOf, statusOf } from "./records.ts";
import type { Worker } from "./worker.ts";

export interface OpeningEvents {
  readonly stored: (what: "draft" | "cut" | "submitted" | "erased") => Promise<void>;
  readonly closed: (i: OpenInterview) => void;
}

/** Where a record is to be begun, and what it begins with. */
interface Begin {
  readonly form: FormItem;
  readonly grid: string;
  readonly household: string;
  readonly case: string;
}

export function formLine(w: Worker, f: FormItem): FormLine {
  return { form: f.id, version: f.version, title: f.title, kind: f.kind, survey: f.survey, closed: f.closed, here: w.library.has(f.id, f.version) };
}

/** Opens a form: a new record, or one that is here. Codes: form-missing, open-elsewhere; of records as Phone.edit. */
export function openInterview(w: Worker, o: Opening, take: boolean, events: OpeningEvents): Promise<OpenInterview> {
  return w.locks.request(w.openingLock, {}, async () => {
    await w.store.changed();
    if ("record" in o) return openRecord(w, o.record, take, events);
    const begin = await where(w, o);
    const there = "household" in o ? await w.interviewAt(begin.form.id, begin.household, begin.case) : undefined;
    return there === undefined ? beginRecord(w, begin, events) : openRecord(w, there, take, events);
  });
}

async function where(w: Worker, o: Exclude<Opening, { record: string }>): Promise<Begin> {
  const forms = await w.current();
  if ("followUp" in o) {
    const door = (await w.households()).find((h) => h.id === o.followUp);
    const form = forms.find((f) => f.kind === "followup" && !f.closed);
    if (!door || !form) throw new PhoneFault("form-missing", "open form");
    return { form, grid: door.grid, household: door.id, case: "" };
  }
  const form = forms.find((f) => f.id === o.form && !f.closed);
  if (!form) throw new PhoneFault("form-missing", "open form");
  if ("grid" in o) return { form, grid: o.grid, household: "", case: "" };
  const task = (await w.assignments()).find((a) => a.household === o.household && a.form === o.form);
  if (!task) throw new PhoneFault("form-missing", "open form");
  return { form, grid: task.grid, household: o.household, case: task.case };
}

async function beginRecord(w: Worker, b: Begin, events: OpeningEvents): Promise<OpenInterview> {
  const { form } = b;
  const formXml = await w.library.xml(form.id, form.version);
  if (formXml === undefined) throw new PhoneFault("form-missing", "open form");
  const session = await w.phone.new(form.stream, form.id, form.version === "" ? "-" : form.version, b.grid);
  const lock = await lockDraft(w.locks, w.draftLock(session.record), false);
  const paths = pathsOf(formXml);
  const preset: Record<string, string> = {};
  const put = (path: string, value: string): void => void (value !== "" && paths.has(path) && (preset[path] = value));
  put("case_id", b.case);
  put("village_code", b.grid.slice(0, 12));
  put("grid_code", b.grid);
  if (form.stream === "registry") put("household", b.household); // no interview ever names a door
  return make(w, session, lock, events, {
    form, formXml, case: b.case, preset, view: undefined, instanceXml: undefined, draft: { v: 1, xml: "", begun: true, household: b.household, preset },
  });
}

async function openRecord(w: Worker, record: string, take: boolean, events: OpeningEvents): Promise<OpenInterview> {
  const lock = await lockDraft(w.locks, w.draftLock(record), take);
  try {
    let left = (await w.phone.drafts()).includes(record);
    let session = await w.phone.edit(record);
    const view = await w.phone.view(record).catch((err: unknown) => {
      if (codeOf(err) === "not-found") return undefined; // a draft of which no set was cut yet
      throw err;
    });
    if (left && view?.state && !session.changed) {
      // Nothing was typed since the last set: it is opened on what the record is by now.
      await session.close();
      [left, session] = [false, await w.phone.edit(record)];
    }
    const version = session.form.version === "-" ? "" : session.form.version;
    const form = (await w.forms()).find((f) => f.id === session.form.form && f.version === version);
    const formXml = await w.library.xml(session.form.form, version);
    if (!form || formXml === undefined) {
      if (!left) await session.close();
      throw new PhoneFault("form-missing", "open form");
    }
    const known = await readDraft(w, record);
    const fits = known !== undefined && known.xml !== "" && (left || stillHolds(known, pathsOf(formXml), answersOf(session.screen)));
    return await make(w, session, lock, events, {
      form, formXml, case: view ? caseOf(view) : (known?.values?.["case_id"] ?? known?.preset?.["case_id"] ?? ""), preset: known?.xml === "" ? (known.preset ?? {}) : {}, view, instanceXml: fits ? known.xml : undefined,
      draft: known ?? { v: 1, xml: "", begun: false, household: await doorOf(w, view) },
    });
  } catch (err) {
    lock.release();
    throw err;
  }
}

async function readDraft(w: Worker, record: string): Promise<DraftFile | undefined> {
  const b: Bytes | null | undefined = await w.store.get(draftKey(record));
  return readDraftFile(b);
}

/** The door an interview belongs to, by the worker's own assignments: the record does not know it. */
async function doorOf(w: Worker, view: View | undefined): Promise<string> {
  if (!view) return "";
  const no = caseOf(view);
  return no === "" ? "" : ((await w.assignments()).find((a) => a.form === view.form && a.case === no)?.household ?? "");
}

interface Made {
  readonly form: FormItem;
  readonly formXml: string;
  readonly case: string;
  readonly preset: Readonly<Record<string, string>>;
  readonly view: View | undefined;
  readonly instanceXml: string | undefined;
  readonly draft: DraftFile;
}

async function make(w: Worker, session: Session, lock: DraftLock, events: OpeningEvents, m: Made): Promise<OpenInterview> {
  const own = await w.ownDevices();
  const survey = (await w.surveys()).get(m.form.survey);
  const status = m.view ? statusOf(m.view) : "draft";
  const { values, rows } = answersOf(session.screen);
  for (const [path, value] of session.typed.set) if (!path.startsWith("@")) value === null ? delete values[path] : (values[path] = value);
  return new OpenInterview({
    session, lock, files: w.files, form: formLine(w, m.form), stream: m.form.stream, case: m.case, draft: m.draft, formXml: m.formXml,
    formFiles: (name) => w.library.file(m.form, name), instanceXml: m.instanceXml, values, rows, preset: m.preset, status,
    comments: commentsOf(session.screen), conflicts: conflictsOf(session.screen, own), notice: survey?.notice,
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
    // Once: not again when a returned interview is corrected.
    logsVisit: m.form.stream === "answers" && (status === "draft" || m.view === undefined),
    forget: (record) => w.forget(record), ...events,
  });
}
