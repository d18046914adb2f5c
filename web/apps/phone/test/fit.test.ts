import { Memory, MemoryCabinet, Phone, WebKeys } from "@ruhu/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Line, Office } from "../../../packages/sync/test/office.ts";
import { fit, pathsOf } from "../src/app/fit.ts";
import { answersOf, commentsOf, conflictsOf } from "../src/app/records.ts";

const grid = "990101001201001";
const xml = `<h:html><model><bind nodeset="/data/q1"/><bind nodeset='/data/q2' type="int"/><bind nodeset="/data/hh/size"/><bind nodeset="/data/m/age"/>
<bind nodeset="/data/m/job/pay"/><bind nodeset="/data/orx:meta/orx:instanceID"/></model><body><input ref="/data/q3"/><repeat nodeset="/data/m"><repeat nodeset="/data/m/job"/></repeat></body></h:html>`;
const paths = pathsOf(xml);

async function phone(office = new Office()) {
  const line = new Line(office);
  const p = await Phone.open({
    store: new Memory(), keys: new WebKeys(new MemoryCabinet()), transport: line, now: () => Date.parse("2026-11-23T08:00:00Z"),
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
  });
  await p.enrol("code", "phone", "test");
  return { p, line, office };
}

const snap = (values: Record<string, string>, rows: Record<string, string[]> = {}, more: { confirmed?: string[]; kept?: string[] } = {}) => ({ xml: "", values, rows, ...more });

test("a form's paths are those it binds, asks and repeats", () => {
  expect([...paths].sort()).toEqual(["hh/size", "m", "m/age", "m/job", "m/job/pay", "meta/instanceID", "q1", "q2", "q3"]);
});

test("only what differs is typed; what goes back to what it was is not", async () => {
  const { p } = await phone();
  const s = await p.new("answers", "f", "1", grid);
  fit(s, paths, snap({ q1: "1", q2: "2", "m[a]/age": "30" }, { m: ["a"] }));
  expect([Object.fromEntries(s.typed.set), s.typed.add]).toEqual([{ q1: "1", q2: "2", "m[a]/age": "30" }, ["m[a]"]]);
  await s.cut();
  fit(s, paths, snap({ q1: "1", q2: "3", "m[a]/age": "30" }, { m: ["a"] }));
  expect(Object.fromEntries(s.typed.set)).toEqual({ q2: "3" });
  fit(s, paths, snap({ q1: "1", q2: "2", "m[a]/age": "30" }, { m: ["a"] }));
  expect(s.changed).toBe(false);
});

test("an answer that does not apply any more is cleared, one that was never there is not said", async () => {
  const { p } = await phone();
  const s = await p.new("answers", "f", "1", grid);
  fit(s, paths, snap({ q1: "1", q2: "2" }));
  fit(s, paths, snap({ q1: "1" }));
  expect(Object.fromEntries(s.typed.set)).toEqual({ q1: "1" });
  await s.cut();
  fit(s, paths, snap({}));
  expect(Object.fromEntries(s.typed.set)).toEqual({ q1: null });
  await s.cut();
  fit(s, paths, snap({}));
  expect(s.changed).toBe(false);
  fit(s, paths, snap({ q1: "9" }));
  expect(Object.fromEntries(s.typed.set)).toEqual({ q1: "9" });
});

test("what this version of the form does not know, and the record's own paths, stay untouched", async () => {
  const { p } = await phone();
  const s = await p.new("answers", "f", "2", grid);
  s.set("newer", "x");
  s.keepRow("other[r1]");
  s.set("other[r1]/x", "y");
  s.set("@withdrawal", "hash");
  s.set("q1", "1");
  await s.cut();
  fit(s, paths, snap({ q1: "1" }, {}));
  expect(s.changed).toBe(false);
});

test("rows come and go, with what lies in them", async () => {
  const { p } = await phone();
  const s = await p.new("answers", "f", "1", grid);
  const full = snap({ "m[a]/age": "1", "m[b]/age": "2", "m[b]/job[j]/pay": "3" }, { m: ["a", "b"], "m[b]/job": ["j"] });
  fit(s, paths, full);
  await s.cut();
  fit(s, paths, snap({ "m[a]/age": "1" }, { m: ["a"] }));
  expect([s.typed.del, s.typed.add, [...s.typed.set]]).toEqual([["m[b]"], [], []]);
  fit(s, paths, full); // taken back
  expect(s.typed.del).toEqual([]);
  fit(s, paths, snap({ "m[a]/age": "1", "m[b]/age": "2" }, { m: ["a", "b"] }));
  expect(s.typed.del).toEqual(["m[b]/job[j]"]);
  await s.cut();
  fit(s, paths, snap({ "m[a]/age": "1", "m[b]/age": "2", "m[c]/age": "5" }, { m: ["a", "b", "c"] }));
  fit(s, paths, snap({ "m[a]/age": "1", "m[b]/age": "2" }, { m: ["a", "b"] })); // made and removed before it was said
  expect(s.changed).toBe(false);
});

/** Two phones that answered one question differently, both synced. */
async function conflict() {
  const office = new Office();
  const [a, b] = [await phone(office), await phone(office)];
  const s = await a.p.new("answers", "f", "1", grid);
  s.set("q1", "1");
  s.set("q2", "same");
  await s.submit();
  for (const x of [a, b]) await x.p.sync();
  for (const [x, v] of [[a, "2"], [b, "3"]] as const) {
    const e = await x.p.edit(s.record);
    e.set("q1", v);
    await e.leave();
  }
  for (const x of [a, b, a]) await x.p.sync();
  return { a, b, record: s.record };
}

test("saving a form settles no conflict; choosing does, either way", async () => {
  for (const choice of ["shown", "other"] as const) {
    const { a, record } = await conflict();
    const own = new Set(Object.values((await a.p.status()).devices));
    const s = await a.p.edit(record);
    const { values, rows } = answersOf(s.screen);
    const open = conflictsOf(s.screen, own);
    expect(open).toEqual([{ path: "q1", kind: "value", answers: [{ value: values["q1"], mine: values["q1"] === "2" }, { value: values["q1"] === "2" ? "3" : "2", mine: values["q1"] !== "2" }] }]);
    fit(s, paths, snap(values, rows));
    expect(s.changed).toBe(false);
    if (choice === "shown") fit(s, paths, snap(values, rows, { confirmed: ["q1"] }));
    else fit(s, paths, snap({ ...values, q1: String(open[0]!.answers[1]!.value) }, rows));
    expect([...s.typed.set.keys()]).toEqual(["q1"]);
    fit(s, paths, snap(values, rows)); // and taken back
    expect(s.changed).toBe(false);
    fit(s, paths, snap({ q2: "same" }, rows)); // it does not apply any more: cleared, and that is said
    expect([...s.typed.set]).toEqual([["q1", null]]);
    await s.leave();
    expect(conflictsOf((await a.p.view(record)).state, own)).toEqual([]);
  }
});

test("comments are shown at their questions", async () => {
  const { p } = await phone();
  const s = await p.new("answers", "f", "1", grid);
  s.set("@comments[A1]/text", "请补正");
  s.set("@comments[B2]/text", "请核实");
  s.set("@comments[B2]/path", "q1");
  expect(commentsOf((await s.cut().then(() => p.view(s.record))).state)).toEqual([{ path: "", text: "请补正" }, { path: "q1", text: "请核实" }]);
});

test("whatever is typed, in whatever steps, the record is what the last screen showed", async () => {
  const value = fc.record({
    q1: fc.option(fc.constantFrom("1", "2"), { nil: undefined }), q2: fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
    rows: fc.subarray(["a", "b", "c"]), jobs: fc.subarray(["j", "k"]), age: fc.constantFrom("1", "2"), cut: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 8 }), async (steps) => {
      const { p } = await phone();
      const s = await p.new("answers", "f", "1", grid);
      let values: Record<string, string> = {};
      let rows: Record<string, string[]> = {};
      for (const step of steps) {
        values = { ...(step.q1 !== undefined && { q1: step.q1 }), ...(step.q2 !== undefined && { q2: step.q2 }) };
        rows = step.rows.length > 0 ? { m: step.rows } : {};
        for (const id of step.rows) values[`m[${id}]/age`] = step.age;
        if (step.rows.includes("b")) {
          rows["m[b]/job"] = step.jobs;
          for (const j of step.jobs) values[`m[b]/job[${j}]/pay`] = step.age;
        }
        fit(s, paths, snap(values, rows));
        if (step.cut) await s.cut();
      }
      await s.leave();
      const state = (await p.view(s.record).catch(() => undefined))?.state;
      const got = state ? answersOf(state) : { values: {}, rows: {} };
      expect(got.values).toEqual(values);
      const ids = (r: Record<string, readonly string[]>): Record<string, string[]> =>
        Object.fromEntries(Object.entries(r).filter(([, list]) => list.length > 0).map(([k, list]) => [k, [...list].sort()]));
      expect(ids(got.rows)).toEqual(ids(rows));
    }),
    { numRuns: 150 },
  );
});
