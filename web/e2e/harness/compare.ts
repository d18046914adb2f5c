// What the server holds against what was typed.

import { createHash } from "node:crypto";
import type { Answer, Plan } from "./form.ts";
import type { Entry, Office, OfficeRecord } from "./office.ts";

/** Answers that people never typed: calculated, preset, or the form's own notes. */
const machine = /^(?:.*\/)?(?:meta\/.*|start|end|today|audit|case_id|village_code|grid_code|household|consent_ver|battery_seed|battery_order|vacancies|committee_n|committee_women|row_id|matter_id|slip_days|on_time|sheet_id)$/;

/** Differences between a record and a plan; [] = equal. Files are left to the caller, who is given their names in the order of the plan. */
export function differences(r: OfficeRecord, plan: Plan, instead: Readonly<Record<string, string>> = {}): { wrong: string[]; files: string[] } {
  const wrong: string[] = [];
  const files: string[] = [];
  const typed = new Set<string>();
  const walk = (p: Plan, prefix: string): void => {
    for (const [name, a] of Object.entries(p.answers)) {
      const path = prefix + name;
      typed.add(path);
      const got = r.answers[path] ?? null;
      if (typeof a !== "string") {
        if (typeof got !== "string" || !/^sha256-[0-9a-f]{64}\.[a-z0-9]+$/.test(got)) wrong.push(`${path}: no file but ${JSON.stringify(got)}`);
        files.push(String(got));
      } else if (got !== (instead[path] ?? a)) wrong.push(`${path}: typed ${JSON.stringify(instead[path] ?? a)}, the server has ${JSON.stringify(got)}`);
    }
    for (const [name, rows] of Object.entries(p.rows ?? {})) {
      const got = r.rows[prefix + name] ?? [];
      if (got.length !== rows.length) wrong.push(`${prefix}${name}: ${rows.length} rows typed, the server has ${got.length}`);
      rows.forEach((row, i) => {
        const id = got[i]?.replace(/^.*\[/, "").replace(/\]$/, "");
        if (id !== undefined) walk(row, `${prefix}${name}[${id}]/`);
      });
    }
  };
  walk(plan, "");
  for (const [path, value] of Object.entries(r.answers)) {
    if (value !== null && value !== "" && !typed.has(path) && !path.startsWith("@") && !machine.test(path)) wrong.push(`${path}: nobody typed ${JSON.stringify(value)}`);
  }
  if (r.conflicts.length > 0) wrong.push(`conflicts: ${r.conflicts.join(" ")}`);
  if (r.missing_attachments.length > 0) wrong.push(`missing files: ${r.missing_attachments.join(" ")}`);
  if (r.broken.length > 0) wrong.push(`broken rules: ${JSON.stringify(r.broken)}`);
  return { wrong, files };
}

/** Writes that say again what stood there already: something was sent twice. */
export function twice(history: readonly Entry[]): string[] {
  const last = new Map<string, string | null>();
  const out: string[] = [];
  for (const e of history) {
    const now = e.row === undefined ? e.value : e.row;
    if (last.has(e.path) && last.get(e.path) === now) out.push(`${e.path} = ${JSON.stringify(now)}`);
    last.set(e.path, now);
  }
  return out;
}

/** A file of a record, whose hash is its name. */
export async function fileOf(office: Office, name: string): Promise<Uint8Array> {
  const bytes = await office.file(name);
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (!name.startsWith(`sha256-${hash}.`)) throw new Error(`${name} holds bytes of another hash`);
  return bytes;
}

/** The answers of a plan, rows aside. */
export function filesOf(plan: Plan): Exclude<Answer, string>[] {
  return [...Object.values(plan.answers), ...Object.values(plan.rows ?? {}).flatMap((rows) => rows.flatMap((r) => filesOf(r)))].filter((a): a is Exclude<Answer, string> => typeof a !== "string");
}
