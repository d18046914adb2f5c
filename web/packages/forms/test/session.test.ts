// @vitest-environment jsdom
import "./setup.ts";
import { effect, stop } from "vue";
import { describe, expect, test } from "vitest";
import { type Attachments, check, type FormSession, FormRefused, instanceFrom, openForm } from "../src/index.ts";
import { everything, villagesCsv } from "./everything.ts";
import { form } from "./forms.ts";

const yes = form("<more/><why/><n/>", `<bind nodeset="/data/more" type="string"/><bind nodeset="/data/why" type="string" relevant="/data/more = '1'" required="true()"/><bind nodeset="/data/n" type="int"/>`,
  `<select1 ref="/data/more"><label>More?</label><item><label>Yes</label><value>1</value></item><item><label>No</label><value>0</value></item></select1><input ref="/data/why"><label>Why? <output value="/data/n"/></label></input><input ref="/data/n"><label>N</label></input>`);

const household = form(`<members jr:template=""><name/><age/><jobs><job/></jobs></members><n/>`,
  `<bind nodeset="/data/members/name" type="string" required="true()"/><bind nodeset="/data/members/age" type="int"/><bind nodeset="/data/n" type="int" calculate="count(/data/members)"/>`,
  `<group ref="/data/members"><label>Members</label><repeat nodeset="/data/members"><input ref="/data/members/name"><label>Name</label></input><input ref="/data/members/age"><label>Age</label></input>
   <group ref="/data/members/jobs"><label>Jobs</label><repeat nodeset="/data/members/jobs"><input ref="/data/members/jobs/job"><label>Job</label></input></repeat></group></repeat></group>`);

const all = async (o: Partial<Parameters<typeof openForm>[0]> = {}): Promise<FormSession> =>
  openForm({ formXml: everything(), files: async (n) => (n === "villages.csv" ? new Blob([villagesCsv(20)]) : undefined), ...o });

test("an answer that does not apply is not in the record, is kept, and is back after a restart", async () => {
  const s = await openForm({ formXml: yes });
  expect(s.set("why", "x")).toEqual({ fault: "not-relevant" });
  s.set("more", "1");
  s.set("why", "because");
  expect(s.values()["why"]).toBe("because");
  s.set("more", "0");
  expect(s.values()["why"]).toBeUndefined();
  expect(s.kept()).toEqual({ why: "because" });

  const again = await openForm({ formXml: yes, instanceXml: s.draftXml() });
  expect(again.values()["why"]).toBeUndefined();
  expect(again.kept()).toEqual({ why: "because" });
  again.set("more", "1");
  expect(again.values()["why"]).toBe("because");
  expect(again.kept()).toEqual({});
  again.set("why", "");
  again.set("more", "0");
  expect(again.kept()).toEqual({});
});

test("what the engine drops is told, what was typed stays, and nothing half is in the record", async () => {
  const s = await all();
  for (const [path, typed] of [["people", "3.5"], ["people", "99999999999"], ["area", "1e999"], ["born", "2026-02-30"], ["at", "25:00"], ["when", "2026-11-23"], ["road", "7"], ["order", "1 2"], ["spot", "100 200"], ["way", "1 2"], ["ok", "yes"], ["code", "a\u0001"], ["score", "11"]] as const) {
    expect(s.set(path, typed), path).toEqual({ fault: "refused" });
    expect(s.error(path), path).toMatchObject({ fault: "refused", path });
    expect(s.refused(path)).toBe(typed);
    expect(s.values()[path], path).toBeUndefined();
  }
  expect(s.set("people", "4")).toBeUndefined();
  expect(s.error("people")).toBeUndefined();
  s.refuse("people", "4x");
  expect(s.values()["people"]).toBeUndefined();
  expect(s.error("people")?.fault).toBe("refused");
  s.refuse("people", undefined);
  expect(s.error("people")).toBeUndefined();
  expect(s.set("info", "x")).toEqual({ fault: "readonly" });
  expect(s.set("nothing", "x")).toEqual({ fault: "unknown-path" });
});

test("every kind of answer is spelled as the server checks it", async () => {
  const s = await all();
  const typed: Record<string, [string, string]> = {
    name: ["一组", "一组"], story: ["a\r\nb", "a\nb"], people: ["+04", "4"], area: ["1.50", "1.5"], born: ["2026-11-23", "2026-11-23"], at: ["08:05:00.000+08:00", "08:05:00+08:00"], when: ["2026-11-23T08:05:00.000Z", "2026-11-23T08:05:00Z"],
    cares: ["9 2 1", "1 2 9"], village: ["990100000007", "990100000007"], score: ["10", "10"], half: ["0.30", "0.3"], stars: ["5", "5"], order: ["9 3 2 1", "9 3 2 1"], ok: ["OK", "OK"],
    spot: ["31.2 121.5 0.0 8.0", "31.2 121.5 0 8"], way: ["1.0 2;3 4", "1 2;3 4"], field: ["1 2;3 4;5 6;1 2", "1 2;3 4;5 6;1 2"], code: [" 6901 ", "6901"],
  };
  for (const [path, [sent]] of Object.entries(typed)) expect(s.set(path, sent), path).toBeUndefined();
  const values = s.values();
  for (const [path, [, want]] of Object.entries(typed)) expect(values[path], path).toBe(want);
  const again = await all({ instanceXml: s.draftXml() });
  expect(again.values()).toEqual(values);
  for (const path of Object.keys(typed)) {
    expect(s.set(path, ""), path).toBeUndefined();
    expect(s.values()[path], path).toBeUndefined();
  }
});

describe("rows", () => {
  test("have ids that stay, in rows, and go with what is in them", async () => {
    const s = await openForm({ formXml: household });
    expect(s.rows()).toEqual({ members: [] });
    const [a, b] = [s.addRow("members")!, s.addRow("members")!];
    expect(a).toMatch(/^members\[[0-9a-f-]{36}\]$/);
    s.set(`${a}/name`, "A");
    s.set(`${b}/name`, "B");
    const job = s.addRow(`${b}/jobs`)!;
    s.set(`${job}/job`, "farmer");
    expect(s.values()).toMatchObject({ n: "2", [`${b}/name`]: "B", [`${job}/job`]: "farmer" });
    expect(s.repeat("members")?.rows.map((r) => r.summary)).toEqual(["A", "B"]);
    expect(s.place(`${job}/job`)?.rows).toEqual([b, job]);

    for (const instanceXml of [s.draftXml(), instanceFrom(household, s.values(), s.rows())]) {
      const again = await openForm({ formXml: household, instanceXml });
      expect(again.values()).toEqual(s.values());
      expect(again.rows()).toEqual(s.rows());
    }
    s.removeRow(a);
    expect(s.rows()["members"]).toEqual([b.slice(8, -1)]);
    expect(Object.keys(s.values()).some((p) => p.startsWith(a))).toBe(false);
    expect(s.addRow("n")).toBeUndefined();
    // A record whose rows all went has none when it comes back.
    s.removeRow(b);
    expect((await openForm({ formXml: household, instanceXml: s.draftXml() })).rows()).toEqual({ members: [] });
  });

  test("a record without rows has none, also where the form begins with one that nobody filled in", async () => {
    const begins = household.replace(' jr:template=""', "");
    expect((await openForm({ formXml: begins })).repeat("members")?.rows).toHaveLength(1);
    expect((await openForm({ formXml: begins, instanceXml: instanceFrom(begins, {}, {}) })).rows()).toEqual({ members: [] });
    const fixed = begins.replace('<repeat nodeset="/data/members">', '<repeat nodeset="/data/members" jr:noAddRemove="true()">');
    const s = await openForm({ formXml: fixed, instanceXml: instanceFrom(fixed, {}, {}) });
    expect(s.rows()["members"]).toHaveLength(1);
    expect(s.repeat("members")?.free).toBe(false);
  });

  test("a row of a repeat that does not apply any more comes back with its id", async () => {
    const xml = household.replace("<n/>", "<n/><yes/>").replace('<bind nodeset="/data/n"', `<bind nodeset="/data/yes" type="string"/><bind nodeset="/data/members" relevant="/data/yes = 'y'"/><bind nodeset="/data/n"`).replace("</h:body>", '<input ref="/data/yes"><label>Y</label></input></h:body>');
    const s = await openForm({ formXml: xml });
    s.set("yes", "y");
    const a = s.addRow("members")!;
    s.set(`${a}/name`, "A");
    s.set("yes", "n");
    expect(s.rows()).toEqual({});
    const again = await openForm({ formXml: xml, instanceXml: s.draftXml() });
    expect(again.rows()).toEqual({});
    again.set("yes", "y");
    expect(again.values()).toMatchObject({ [`${a}/name`]: "A" });
  });
});

test("an answer whose choice is gone stays in the record until someone answers anew", async () => {
  const s = await all();
  s.set("village", "990100000007");
  const xml = s.draftXml();
  const without = await openForm({ formXml: everything(), instanceXml: xml });
  expect(without.values()["village"]).toBe("990100000007");
  expect(without.opened.values["village"]).toBe("990100000007");
  expect(without.error("village")?.fault).toBe("unknown-choice");
  expect(without.question("village")?.value).toBe("990100000007");
  without.set("village", "");
  expect(without.values()["village"]).toBeUndefined();
  expect(without.error("village")).toBeUndefined();
});

test("files are named by what they hold, kept where they were, and can be taken away again", async () => {
  const store = new Map<string, Blob>();
  const attachments: Attachments = { get: async (n) => store.get(n), put: async (n, f) => void store.set(n, f) };
  const s = await all({ attachments });
  expect(await s.attach("paper", new Blob(["hello"]), "TXT")).toBeUndefined();
  const name = "sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824.txt";
  expect(s.values()["paper"]).toBe(name);
  expect(s.fileNames()).toEqual([name]);
  expect([...store.keys()]).toEqual([name]);

  const again = await all({ attachments, instanceXml: s.draftXml() });
  expect(again.values()["paper"]).toBe(name);
  expect(await (await again.file(name))?.text()).toBe("hello");
  expect(again.set("paper", "")).toBeUndefined();
  expect(again.values()["paper"]).toBeUndefined();
  // On a phone that has not got the file the answer stays.
  const elsewhere = await all({ instanceXml: s.draftXml() });
  expect(elsewhere.values()["paper"]).toBe(name);
  expect(await elsewhere.file(name)).toBeUndefined();
});

test("a record that was handed over opens: ids, deprecatedID, and answers the form does not know are left alone", async () => {
  const values = { more: "1", why: "a & <b>", "meta/instanceID": "uuid:1", unknown: "x" };
  const xml = instanceFrom(yes, values, {}, { instanceID: "uuid:2", deprecatedID: "uuid:1" });
  const s = await openForm({ formXml: yes, instanceXml: xml });
  expect(s.values()).toEqual({ more: "1", why: "a & <b>", "meta/instanceID": "uuid:2", "meta/deprecatedID": "uuid:1" });
  expect((await openForm({ formXml: yes, instanceXml: s.draftXml() })).values()["meta/deprecatedID"]).toBe("uuid:1");
});

test("a new record begins with what it is given, and the form's own end is written", async () => {
  const xml = form("<case_id/><end/>", '<bind nodeset="/data/case_id" type="string"/><bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/>', "");
  const s = await openForm({ formXml: xml, preset: { case_id: "c1", "meta/instanceID": "uuid:mine" } });
  expect(s.values()).toEqual({ case_id: "c1", "meta/instanceID": "uuid:mine" });
  const { values, xml: out } = await s.finish();
  expect(values["end"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/);
  expect(out).toContain("<case_id>c1</case_id>");
  await expect(openForm({ formXml: xml, preset: { nothing: "1" } })).rejects.toThrow(FormRefused);
});

test("words: languages, guidance apart from the label, marks without HTML, answers in labels", async () => {
  const s = await all({ language: "en" });
  expect(s.language).toEqual({ name: "English (en)", code: "en" });
  expect(s.question("name")?.label?.text).toBe("Name of the group");
  expect(s.question("name")?.hint?.text).toBe("In full");
  expect(s.question("name")?.guidance?.text).toBe("As the committee publishes it.");
  expect(s.pages()[0]?.titles).toEqual(["Part 1"]);
  s.setLanguage("中文 (zh)");
  expect(s.question("name")?.label?.text).toBe("村民小组名称");
  expect(s.pages()[0]?.titles).toEqual(["第1部分"]);
  s.setLanguage("nothing");
  expect(s.language.code).toBe("zh");
  const marks = JSON.stringify(s.question("info")?.label?.marks);
  expect(marks).toContain('"strong"');
  expect(marks).toContain("<script>");
  expect(marks).not.toMatch(/html|url|href/);
  const y = await openForm({ formXml: yes });
  y.set("more", "1");
  y.set("n", "12");
  expect(y.question("why")?.label?.text).toBe("Why? 12");
});

test("questions may be called what JavaScript calls its own, and a secret is asked", async () => {
  const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
  const xml = form(names.map((n) => `<${n}/>`).join(""), names.map((n) => `<bind nodeset="/data/${n}" type="string"/>`).join(""),
    `<secret ref="/data/constructor"><label>S</label></secret>${names.slice(1).map((n) => `<input ref="/data/${n}"><label>${n}</label></input>`).join("")}`);
  const s = await openForm({ formXml: xml });
  expect(Object.keys(s.values())).toEqual(["meta/instanceID"]);
  expect(s.question("constructor")?.appearances.has("masked")).toBe(true);
  for (const n of names) expect(s.set(n, n), n).toBeUndefined();
  const again = await openForm({ formXml: xml, instanceXml: instanceFrom(xml, s.values(), s.rows()) });
  for (const n of names) expect(Object.entries(again.values())).toContainEqual([n, n]);
  expect(s.set("toString", "")).toBeUndefined();
  expect(Object.keys(s.values()).sort()).toEqual(["__proto__", "constructor", "hasOwnProperty", "meta/instanceID"]);
});

test("effects see changes", async () => {
  const s = await openForm({ formXml: yes });
  const seen: (string | number)[] = [];
  const e = effect(() => seen.push(s.pages()[0]?.items.filter((i) => i.relevant).length ?? 0, s.question("why")?.value ?? "", s.error("why")?.fault ?? ""));
  expect(seen).toEqual([2, "", ""]);
  s.set("more", "1");
  s.set("why", "x");
  expect(seen.slice(-3)).toEqual([3, "x", ""]);
  stop(e);
  const told: string[] = [];
  const off = s.onChange((c) => told.push(`${c.what} ${c.path}`));
  s.set("n", "1");
  off();
  s.set("n", "2");
  expect(told).toEqual(["value n"]);
});

test("what cannot be opened says why", async () => {
  const union = form("<a/><b/><c/>", '<bind nodeset="/data/c" type="string" calculate="count(/data/a | /data/b)"/>', '<input ref="/data/a"><label>A</label></input>');
  expect((await check(union)).refused).toMatch(/./);
  expect((await check("<a")).refused).toMatch(/XML/);
  expect((await check('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')).refused).toMatch(/document type/);
  expect((await check("<x/>")).refused).toMatch(/no XForm/);
  await expect(openForm({ formXml: union })).rejects.toThrow(FormRefused);
  await expect(openForm({ formXml: yes, instanceXml: "<data id='other'/>" })).rejects.toThrow(FormRefused);
  const plain = form("<a/>", '<bind nodeset="/data/a" type="date"/>', '<input ref="/data/a" appearance="ethiopian"><label>A</label></input>');
  expect(await check(plain)).toEqual({ refused: undefined, missing: [], plain: [{ path: "a", why: "ethiopian" }] });
  expect((await check(everything())).missing).toEqual(["villages.csv"]);
});
