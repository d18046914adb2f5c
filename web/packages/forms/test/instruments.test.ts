// @vitest-environment jsdom
import "./setup.ts";
import { expect, test } from "vitest";
import { check, type FormSession, instanceFrom, openForm, type Values } from "../src/index.ts";
import { readForm } from "../src/form/model.ts";
import { instrument, instruments, surveyFiles } from "./forms.ts";
import vectors from "./vectors.json" with { type: "json" };

/** Sets answers in whatever order they apply, and returns those that could not be. */
function answer(s: FormSession, values: Values): string[] {
  let left = Object.keys(values);
  for (let before = -1; left.length !== before;) {
    before = left.length;
    left = left.filter((path) => s.set(path, values[path] ?? "") !== undefined);
  }
  return left;
}

test.each(instruments)("%s opens, and asks everything it has", async (name) => {
  const xml = instrument(name);
  expect(await check(xml, surveyFiles)).toEqual({ refused: undefined, missing: [], plain: [] });
  const s = await openForm({ formXml: xml, files: surveyFiles, language: "zh" });
  expect(s.languages.map((l) => l.code)).toEqual(["zh", "en"]);
  expect(s.pages().length).toBeGreaterThan(0);
  for (const page of s.pages()) for (const item of page.items) if (item.kind === "question") expect(item.control, item.path).not.toBe("unsupported");
});

const blank: Record<string, FormSession> = {};

test.each(vectors.interviews.map((v, i) => [v.form, i] as const))("%s, interview %i: what the server draws is set, read back and opened again the same", async (name, i) => {
  const drawn = vectors.interviews[i]!;
  const xml = instrument(name);
  const form = readForm(xml);
  const values: Values = drawn.values as unknown as Values;
  const open = (path: string): boolean => !form.binds.get(`/data/${path}`)?.calculate;
  // What nobody is asked comes with the record: the case number, the village.
  const first = (blank[name] ??= await openForm({ formXml: xml, files: surveyFiles }));
  const preset = Object.fromEntries(Object.entries(values).filter(([p]) => open(p) && (!first.question(p) || first.question(p)?.readonly)));
  const s = await openForm({ formXml: xml, files: surveyFiles, preset, language: "zh" });

  for (const repeat of Object.keys(s.rows())) while (s.repeat(repeat)!.rows.length > 0) s.removeRow(s.repeat(repeat)!.rows[0]!.path);
  const want: Values = { ...values };
  for (const row of drawn.rows ?? []) {
    const path = s.addRow(row.Repeat)!;
    expect(path).toBeDefined();
    for (const [field, value] of Object.entries(row.Values)) want[`${path}/${field}`] = value as string;
  }
  const asked = Object.fromEntries(Object.entries(want).filter(([p]) => open(p.replace(/\[[^\]]*\]/g, "")) && !(p in preset)));
  expect(answer(s, asked)).toEqual([]);
  const have = s.values();
  for (const [path, value] of Object.entries(asked)) expect(have[path], path).toBe(value);
  for (const [path, value] of Object.entries(preset)) expect(have[path], path).toBe(value);
  const known = new Set(Object.keys(want));
  const beside = Object.keys(have).filter((p) => !known.has(p) && !/(^|\/)(meta\/instanceID|row_id|matter_id)$/.test(p));
  expect(beside.filter((p) => !form.binds.get(`/data/${p.replace(/\[[^\]]*\]/g, "")}`)?.calculate)).toEqual([]);
  expect(s.errors().map((e) => `${e.path} ${e.fault}`)).toEqual([]);

  // A record that came back, and a draft.
  const again = await openForm({ formXml: xml, files: surveyFiles, instanceXml: i % 2 === 0 ? instanceFrom(xml, have, s.rows()) : s.draftXml() });
  expect(again.rows()).toEqual(s.rows());
  expect(again.values()).toEqual(have);
  expect(again.opened).toEqual({ values: have, rows: s.rows() });
});
