// One form with every control the phone has, a page each.

import type { Choice, FormSpec, Item } from "./xform.ts";

const few: readonly Choice[] = [
  { name: "a", zh: "甲", en: "First" },
  { name: "b", zh: "乙", en: "Second" },
  { name: "c", zh: "丙", en: "Third" },
  { name: "other", zh: "其他", en: "Other" },
];
const scale: readonly Choice[] = [
  { name: "1", zh: "很好", en: "Good" },
  { name: "2", zh: "一般", en: "Fair" },
  { name: "3", zh: "很差", en: "Bad" },
  { name: "-98", zh: "不知道", en: "Don't know" },
];
const towns: readonly Choice[] = ["a", "b", "c"].flatMap((in_) => [1, 2, 3].map((n) => ({ name: `${in_}${n}`, zh: `${in_}镇${n}号`, en: `${in_} town ${n}`, more: { in_ } })));

const q = (name: string, zh: string, en: string, more: Partial<Item> = {}): Item => ({ name, zh, en, control: "input", ...more });
const page = (name: string, zh: string, en: string, items: readonly Item[]): Item => ({ name, zh, en, control: "group", appearance: "field-list", items });

export const controlItems: readonly Item[] = [
  page("p_text", "文字", "Text", [
    q("hello", "这是一段说明，不用填写。", "A note that asks nothing.", { control: "note", type: "string" }),
    q("words", "一行文字", "A line", { type: "string" }),
    q("lines", "多行文字", "Several lines", { type: "string", appearance: "multiline" }),
    q("whole", "整数", "A whole number", { type: "int" }),
    q("part", "小数", "A decimal", { type: "decimal" }),
  ]),
  page("p_time", "时间", "Time", [
    q("day", "日期", "Date", { type: "date" }),
    q("month", "年月", "Month", { type: "date", appearance: "month-year" }),
    q("clock", "时间", "Time", { type: "time" }),
    q("moment", "日期和时间", "Date and time", { type: "dateTime" }),
  ]),
  page("p_one", "单选", "One of several", [
    q("one", "选一个", "Choose one", { control: "select1", list: "few", type: "string" }),
    q("one_other", "其他是什么", "What other", { type: "string", relevant: "/data/p_one/one = 'other'" }),
    q("one_sheet", "从列表选一个", "Choose one of a list", { control: "select1", list: "few", type: "string", appearance: "minimal" }),
    q("town", "哪个镇（随上题变）", "Which town (by the answer above)", { control: "select1", list: "towns", filter: "in_ = /data/p_one/one", type: "string" }),
    q("scale", "程度", "How good", { control: "select1", list: "scale", type: "string", appearance: "likert" }),
  ]),
  page("p_quick", "点了就走", "Goes on by itself", [q("quick", "点一下就到下一页", "A tap turns the page", { control: "select1", list: "few", type: "string", appearance: "quick" })]),
  page("p_many", "多选", "Several of several", [
    q("many", "选几个", "Choose some", { control: "select", list: "few", type: "string" }),
    q("many_sheet", "从列表选几个", "Choose some of a list", { control: "select", list: "few", type: "string", appearance: "minimal" }),
    q("found", "输入文字查找", "Find by typing", { control: "select1", list: "places", type: "string", appearance: "autocomplete" }),
    q("ranked", "排序", "Put in order", { control: "rank", list: "few", type: "odk:rank" }),
  ]),
  page("p_scale", "尺度", "Scales", [
    q("slide", "范围", "A range", { control: "range", type: "int", attrs: { start: "0", end: "10", step: "1" } }),
    q("stars", "打分", "Stars", { control: "range", type: "int", appearance: "rating", attrs: { start: "0", end: "5", step: "1" } }),
    q("agree", "我已知晓", "I have read it", { control: "trigger", type: "string" }),
  ]),
  { name: "p_table", zh: "表格", en: "A table", control: "group", appearance: "field-list table-list", items: [
    q("t_one", "道路", "Roads", { control: "select1", list: "scale", type: "string", appearance: "list-nolabel" }),
    q("t_two", "用水", "Water", { control: "select1", list: "scale", type: "string", appearance: "list-nolabel" }),
  ] },
  page("p_place", "地点", "Place", [
    q("point", "位置", "A point", { type: "geopoint" }),
    q("code", "条码", "A barcode", { type: "barcode" }),
  ]),
  page("p_file", "文件", "Files", [
    q("photo", "照片", "A photo", { control: "upload", type: "binary", mediatype: "image/*" }),
    q("sound", "录音", "A sound", { control: "upload", type: "binary", mediatype: "audio/*" }),
    q("paper", "文件", "A file", { control: "upload", type: "binary", mediatype: "application/*" }),
  ]),
  page("p_draw", "签名", "Signature", [
    q("sign", "签名", "A signature", { control: "upload", type: "binary", mediatype: "image/*", appearance: "signature" }),
    q("draw", "画图", "A drawing", { control: "upload", type: "binary", mediatype: "image/*", appearance: "draw" }),
  ]),
  { name: "people", zh: "家里的人", en: "People", control: "repeat", appearance: "field-list", items: [
    q("name", "怎么称呼", "What they are called", { type: "string", required: true }),
    q("age", "年龄", "Age", { type: "int", constraint: ". >= 0 and . <= 120" }),
  ] },
];

export const controlsForm: FormSpec = { id: "controls", version: "1", zh: "所有题型", items: controlItems, lists: { few, scale, towns }, csv: ["places"] };

/** The list beside the form. */
export const placesCSV = ["name,label", ...Array.from({ length: 60 }, (_, i) => `p${i + 1},第${i + 1}号地点`)].join("\n") + "\n";
