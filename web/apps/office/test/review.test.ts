import { describe, expect, test } from "vitest";
import { answerText, fileOf } from "../src/screens/review/answer.ts";
import { looksOf, splitFlag } from "../src/screens/review/look.ts";
import { Model, parseCSV } from "../src/screens/review/model.ts";
import { keepQueue, queueOf } from "../src/screens/review/queue.ts";
import { changedPaths, type HistoryEntry, layOut, type RecordView, writtenOf } from "../src/screens/review/sheet.ts";

const text = (zh: string, en: string): { words: Record<string, string> } => ({ words: { "中文 (zh)": zh, "English (en)": en } });
const q = (name: string, more: object = {}): object => ({ name, kind: "question", path: name, ref: `/data/${name}`, type: "string", control: "input", ...more });
const model = new Model({
  model: 1, id: "f", version: "1", root: "data", languages: ["中文 (zh)", "English (en)"], default_language: "中文 (zh)",
  nodes: [
    q("start", { type: "dateTime", control: "meta", preload: "timestamp" }),
    q("village", { control: "select1", choices: { list: "villages" }, label: text("村", "Village") }),
    q("head_a", { control: "note", label: text("第一部分", "Part one") }),
    q("q1", { control: "select1", choices: { list: "yn" }, label: text("**水** ${/data/n} 次", "Water ${/data/n} times") }),
    q("q2", { relevant: "/data/q1 = '1'", label: text("为何", "Why") }),
    q("n", { type: "int", control: "calculate" }),
    { name: "members", kind: "repeat", path: "members", ref: "/data/members", label: text("成员", "Members"), row_field: "rid", children: [
      { ...q("rid", { control: "meta" }), path: "members/rid" }, { ...q("age", { type: "int", label: text("年龄", "Age") }), path: "members/age" },
    ] },
    { name: "g", kind: "group", path: "g", ref: "/data/g", label: text("空组", "Empty group"), children: [{ ...q("x", { relevant: "false()" }), path: "g/x" }] },
    q("many", { control: "select", choices: { list: "yn" }, label: text("多选", "Several") }),
  ],
  lists: [{ name: "yn", items: [{ value: "1", label: text("是", "Yes") }, { value: "0", label: text("否", "No") }] }, { name: "villages", open: true, src: "villages.csv" }],
});

const record: RecordView = {
  id: "r", case: "C", form: "f", version: "1", village: "990101001201", status: "submitted", conflicts: ["q1"], flags: ["invalid-after-merge:n", "arrived-after-review", "duplicate-of:other"], broken: [{ path: "n", rule: "constraint", flag: "invalid-after-merge", merged: true }],
  answers: { start: "2026-11-22T18:45:54+08:00", village: "990101001201", q1: "1", n: "3", "members[a]/age": "30", "members[b]/age": null, odd: "x", many: "1 0" },
  siblings: { q1: [{ value: "1", date: "2026-11-22", author: "A" }, { value: "0", date: "2026-11-23", author: "B" }] }, rows: { members: ["b", "a"] }, ctx: "c", missing_attachments: [],
};

describe("a record on the page", () => {
  const sheet = layOut(model, record, "zh");
  const shown = sheet.lines.map((l) => (l.kind === "question" ? l.path : `${l.kind} ${l.key}`));

  test("stands in the order of the form and of the rows", () => {
    expect(shown).toEqual(["village", "heading head_a", "q1", "heading members", "row members[b]", "members[b]/age", "row members[a]", "members[a]/age", "many"]);
  });

  test("leaves out what did not apply, and never shows the hour of the interview", () => {
    expect(shown).not.toContain("q2");
    expect(JSON.stringify(sheet)).not.toContain("18:45");
    expect(sheet.derived.map((l) => l.path)).toEqual(["n"]);
  });

  test("shows what the form does not know, and everything where there is no form", () => {
    expect(sheet.unknown.map((l) => l.path)).toEqual(["odd"]);
    expect(layOut(undefined, record, "en").lines).toHaveLength(Object.keys(record.answers).length);
  });

  test("has words without marks, with what was calculated, in the language", () => {
    expect(model.label("q1", "zh", record.answers)).toBe("水 3 次");
    expect(model.label("q1", "en", {})).toBe("Water … times");
    expect(answerText(model, model.node("many"), "1 0", "zh")).toBe("是、否");
    expect(answerText(model, model.node("q1"), "7", "en")).toBe("7");
    expect(answerText(model, model.node("village"), "990101001201", "zh")).toBe("990101001201");
    model.readList("villages.csv", 'name,label\n990101001201,"梨园村, Liyuan"\n');
    expect(answerText(model, model.node("village"), "990101001201", "zh")).toBe("梨园村, Liyuan");
  });

  test("is looked at where it contradicts itself first, each thing once", () => {
    const looks = looksOf(record, sheet);
    expect(looks.map((l) => `${l.kind} ${l.path} ${l.code}`)).toEqual(["flag  arrived-after-review", "flag  duplicate-of", "conflict q1 ", "broken n invalid-after-merge"]);
    expect(splitFlag("invalid-value:members[a:b]/age")).toEqual({ code: "invalid-value", about: "members[a:b]/age" });
  });

  test("tells who wrote what is shown, and how often", () => {
    const h = (path: string, author: string): HistoryEntry => ({ date: "2026-11-22", author, office: false, path, value: "1" });
    const w = writtenOf([h("q1", "A"), h("q1", "B"), h("many", "A")]);
    expect(w.get("q1")).toEqual({ author: "B", date: "2026-11-22", office: false, times: 2 });
  });

  test("knows what came in between two looks", () => {
    const now = { ...record, answers: { ...record.answers, n: "4", fresh: "1" }, siblings: {}, rows: { members: ["a"] } };
    expect(changedPaths(record, now)).toEqual(["fresh", "members", "n", "q1"]);
    expect(changedPaths(record, { ...record })).toEqual([]);
  });
});

test("a file is known by the hash of its name", () => {
  const hash = "a".repeat(64);
  expect(fileOf(`sha256-${hash}.jpg`)).toEqual({ hash, kind: "image" });
  expect(fileOf(`sha256-${hash}.zip`)?.kind).toBe("other");
  for (const no of ["", "sha256-12.jpg", `sha256-${hash}.jpg/../x`, `https://x/${hash}.jpg`]) expect(fileOf(no), no).toBeUndefined();
});

test("CSV of lists is read with quotes, breaks and a mark at the beginning", () => {
  expect(parseCSV('\uFEFFname,label\r\n1,"a ""b"", c"\r\n\r\n2,"two\nlines"')).toEqual([["name", "label"], ["1", 'a "b", c'], ["2", "two\nlines"]]);
});

describe("a queue in the address", () => {
  test("is what waits, where nothing else is said", () => {
    expect(queueOf({}, "990101001")).toEqual({ area: "990101001", status: "submitted,needs_review" });
    expect(queueOf({ status: "any", look: "conflict", order: "newest", area: "990101001201", q: " AB ", worker: "W" }, "990101001")).toEqual({ area: "990101001201", conflict: true, newest: true, q: "AB", worker: "W" });
    expect(queueOf({ look: "clean" }, "")).toEqual({ status: "submitted,needs_review", clean: true });
  });

  test("is carried along without anything else", () => {
    expect(keepQueue({ status: "any", after: "x", tab: "lost", nonsense: "1" })).toEqual({ status: "any", after: "x" });
  });
});
