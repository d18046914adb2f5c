import { type Bytes, decode, encode, question } from "@ruhu/merge";
import type { Place } from "./ports.ts";

/** What lies beside a record's change sets while it is being worked on: "app/<record>/draft". */
export interface DraftFile {
  readonly v: 1;
  /** The form's instance; "" = none was saved yet. */
  readonly xml: string;
  readonly place?: Place;
  /** What the instance held, apart from it: where the record holds anything else by now, the instance is not the record any more. */
  readonly values?: Readonly<Record<string, string>>;
  readonly rows?: Readonly<Record<string, readonly string[]>>;
  /** The record began on this phone, in this visit. */
  readonly begun: boolean;
  /** Of the door; in the answers stream no set ever names it. */
  readonly household: string;
  /** What a record that has no instance yet begins with. */
  readonly preset?: Readonly<Record<string, string>>;
  /** The withdrawal code until its slip is left at the door. */
  readonly code?: string;
  readonly slipGiven?: boolean;
}

export function draftKey(record: string): string {
  return `app/${record}/draft`;
}

/** Marks an interview whose line of the visit log is still to be written. */
export function visitKey(record: string): string {
  return `app/${record}/visit`;
}

/** Whether an instance is still the record: of what the form knows, everything is as it was. Rows in whatever order. */
export function stillHolds(d: DraftFile, form: ReadonlySet<string>, now: Pick<DraftFile, "values" | "rows">): boolean {
  const known = (v: Readonly<Record<string, unknown>> | undefined): string[] => Object.keys(v ?? {}).filter((path) => form.has(question(path)));
  const values = [...known(d.values), ...known(now.values)].every((path) => (d.values?.[path] ?? "") === (now.values?.[path] ?? ""));
  const ids = (r: DraftFile["rows"], repeat: string): string => [...(r?.[repeat] ?? [])].sort().join(" ");
  return values && [...known(d.rows), ...known(now.rows)].every((repeat) => ids(d.rows, repeat) === ids(now.rows, repeat));
}

export function packDraftFile(d: DraftFile): Bytes {
  return encode(JSON.stringify(d));
}

export function readDraftFile(b: Bytes | null | undefined): DraftFile | undefined {
  const text = b && decode(b);
  if (!text) return undefined;
  const d = JSON.parse(text) as Partial<DraftFile> | null;
  return d?.v === 1 && typeof d.xml === "string" ? (d as DraftFile) : undefined;
}
