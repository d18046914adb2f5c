// One form with every control, in two languages.

interface Field {
  readonly name: string;
  readonly type: string;
  readonly body: string;
  readonly zh: string;
  readonly en: string;
  readonly bind?: string;
  readonly attributes?: string;
  readonly choices?: string;
  readonly hint?: boolean;
}

const f = (name: string, type: string, body: string, zh: string, en: string, rest: Partial<Field> = {}): Field => ({ name, type, body, zh, en, ...rest });

/** Fields by page. */
export const pages: readonly (readonly Field[])[] = [
  [
    f("name", "string", "input", "村民小组名称", "Name of the group", { bind: 'required="true()"', hint: true }),
    f("story", "string", "input", "请补充说明", "Anything to add", { attributes: 'appearance="multiline"' }),
    f("people", "int", "input", "家里有几口人？", "How many people live here?", { bind: 'constraint=". &gt;= 0 and . &lt; 30" jr:constraintMsg="jr:itext(\'people:bad\')"' }),
    f("area", "decimal", "input", "耕地面积（亩）", "Farmland (mu)"),
    f("born", "date", "input", "登记日期", "Date of the entry"),
    f("month", "date", "input", "哪年哪月", "Which month", { attributes: 'appearance="month-year"' }),
    f("at", "time", "input", "几点钟方便", "What time suits"),
    f("when", "dateTime", "input", "预约时间", "Appointment"),
  ],
  [
    f("road", "string", "select1", "道路满意吗？", "Are you content with the roads?", { choices: "sat", attributes: 'appearance="likert"' }),
    f("water", "string", "select1", "用水满意吗？", "And with the water?", { choices: "sat" }),
    f("cares", "string", "select", "关心哪些事？", "What concerns you?", { choices: "care", bind: 'constraint="count-selected(.) &lt;= 2"' }),
    f("side", "string", "select1", "住在哪边", "Which side", { choices: "side", attributes: 'appearance="columns-2"' }),
    f("village", "string", "select1", "哪个村", "Which village", { choices: "@villages", attributes: 'appearance="autocomplete"' }),
    f("villages_seen", "string", "select", "去过哪些村", "Villages you have been to", { choices: "@villages", attributes: 'appearance="minimal"' }),
    f("other", "string", "input", "其他，请写明", "Other: which", { bind: 'relevant="selected(/data/cares, \'9\')"' }),
  ],
  [
    f("score", "int", "range", "打几分", "How many points", { attributes: 'start="0" end="10" step="1"' }),
    f("half", "decimal", "range", "比例", "Share", { attributes: 'start="0" end="2" step="0.1" appearance="vertical"' }),
    f("pickone", "int", "range", "选一个数", "Pick a number", { attributes: 'start="1" end="7" step="1" appearance="picker"' }),
    f("stars", "int", "range", "几颗星", "How many stars", { attributes: 'start="1" end="5" step="1" appearance="rating"' }),
    f("order", "odk:rank", "odk:rank", "按要紧程度排序", "Put in order of importance", { choices: "care" }),
    f("ok", "string", "trigger", "以上内容已念给对方听", "This was read out"),
    f("info", "string", "input", "**请注意**：_不要_写姓名<script>alert(1)</script>", "**Mind**: write _no_ names <script>alert(1)</script>", { bind: 'readonly="true()"' }),
  ],
  [
    f("spot", "geopoint", "input", "位置", "Position"),
    f("way", "geotrace", "input", "巡查路线", "The way walked"),
    f("field", "geoshape", "input", "地块", "The field"),
    f("code", "barcode", "input", "扫描条码", "Scan the code"),
  ],
  [
    f("photo", "binary", "upload", "拍公开栏", "The notice board", { attributes: 'mediatype="image/*"' }),
    f("sign", "binary", "upload", "请签名", "Please sign", { attributes: 'mediatype="image/*" appearance="signature"' }),
    f("sketch", "binary", "upload", "画个草图", "Draw a sketch", { attributes: 'mediatype="image/*" appearance="draw"' }),
    f("marked", "binary", "upload", "在照片上标出问题", "Mark it on a photo", { attributes: 'mediatype="image/*" appearance="annotate"' }),
    f("sound", "binary", "upload", "录音", "A recording", { attributes: 'mediatype="audio/*"' }),
    f("film", "binary", "upload", "录像", "A film", { attributes: 'mediatype="video/*"' }),
    f("paper", "binary", "upload", "附件", "A file", { attributes: 'mediatype="application/*"' }),
  ],
];

const lists: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  sat: [["1", "很满意", "Very"], ["2", "比较满意", "Rather"], ["3", "一般", "So so"], ["4", "不太满意", "Not much"], ["5", "很不满意", "Not at all"], ["-98", "不知道", "Don't know"], ["-99", "拒答", "Refused"]],
  care: [["1", "土地征收拆迁", "Land"], ["2", "道路", "Roads"], ["3", "用水", "Water"], ["9", "其他", "Other"]],
  side: [["e", "东", "East"], ["w", "西", "West"], ["n", "北", "North"], ["s", "南", "South"]],
};

const all = pages.flat();

function texts(language: "zh" | "en"): string {
  const pick = (zh: string, en: string): string => (language === "zh" ? zh : en).replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return [
    ...all.map((x) => `<text id="${x.name}:label"><value>${pick(x.zh, x.en)}</value></text>`),
    ...all.filter((x) => x.hint).map((x) => `<text id="${x.name}:hint"><value>${pick("写全称", "In full")}</value><value form="guidance">${pick("以村委会公布的名称为准。", "As the committee publishes it.")}</value></text>`),
    ...Object.entries(lists).flatMap(([list, items]) => items.map(([v, zh, en]) => `<text id="${list}-${v}"><value>${pick(zh, en)}</value></text>`)),
    `<text id="people:bad"><value>${pick("应为 0 到 29", "From 0 to 29")}</value></text>`,
    ...pages.map((_, i) => `<text id="page${i}"><value>${pick(`第${i + 1}部分`, `Part ${i + 1}`)}</value></text>`),
    `<text id="members"><value>${pick("家庭成员", "Members of the household")}</value></text><text id="m_name"><value>${pick("称呼", "Called")}</value></text><text id="m_age"><value>${pick("年龄", "Age")}</value></text>`,
  ].join("");
}

function body(x: Field): string {
  const label = `<label ref="jr:itext('${x.name}:label')"/>${x.hint ? `<hint ref="jr:itext('${x.name}:hint')"/>` : ""}`;
  const items = !x.choices ? "" : x.choices === "@villages"
    ? `<itemset nodeset="instance('villages')/root/item"><value ref="name"/><label ref="label"/></itemset>`
    : `<itemset nodeset="instance('${x.choices}')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset>`;
  return `<${x.body} ref="/data/${x.name}" ${x.attributes ?? ""}>${label}${items}</${x.body}>`;
}

/** The form; with 3,000 villages in a file. */
export function everything(): string {
  const instances = Object.entries(lists).map(([list, items]) => `<instance id="${list}"><root>${items.map(([v]) => `<item><name>${v}</name><itextId>${list}-${v}</itextId></item>`).join("")}</root></instance>`).join("");
  return `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms">
<h:head><h:title>全部题型</h:title><model odk:xforms-version="1.0.0"><itext><translation lang="中文 (zh)" default="true()">${texts("zh")}</translation><translation lang="English (en)">${texts("en")}</translation></itext>
<instance><data id="everything" version="1">${all.map((x) => `<${x.name}/>`).join("")}<members jr:template=""><m_name/><m_age/></members><orx:meta><orx:instanceID/></orx:meta></data></instance>
<instance id="villages" src="jr://file-csv/villages.csv"/>${instances}
${all.map((x) => `<bind nodeset="/data/${x.name}" type="${x.type}" ${x.bind ?? ""}/>`).join("")}<bind nodeset="/data/members/m_name" type="string" required="true()"/><bind nodeset="/data/members/m_age" type="int"/>
<bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body class="pages">${pages.map((p, i) => `<group appearance="field-list"><label ref="jr:itext('page${i}')"/>${p.map(body).join("")}</group>`).join("")}
<group ref="/data/members"><label ref="jr:itext('members')"/><repeat nodeset="/data/members"><input ref="/data/members/m_name"><label ref="jr:itext('m_name')"/></input><input ref="/data/members/m_age"><label ref="jr:itext('m_age')"/></input></repeat></group></h:body></h:html>`;
}

export function villagesCsv(n: number): string {
  return `name,label\n${Array.from({ length: n }, (_, i) => `9901${String(i).padStart(8, "0")},${"东西南北"[i % 4]}河镇第${i}村`).join("\n")}\n`;
}
