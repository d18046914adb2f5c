// A small invented street: villages, grids, doors, and the survey that is asked there.

export const district = "990101";
export const street = "990101001";

export interface Frame {
  readonly villages: number;
  /** Doors of the first village's grid; each village has one grid, the others are only looked at as a whole. */
  readonly doors: number;
}

/** Grid of the n-th village, from 0. */
export function gridOf(n: number): string {
  return `${villageOf(n)}001`;
}

export function villageOf(n: number): string {
  return `${street}${201 + n}`;
}

/** Code of the n-th door, from 0, of a grid. */
export function doorOf(grid: string, n: number): string {
  return `${grid}${String(n + 1).padStart(4, "0")}`;
}

/** What stands at that door. */
export function labelOf(n: number): string {
  return `${Math.floor(n / 20) + 1}组${n + 1}号`;
}

const names = "梨园 东岗 石桥 柳林 新河 杏坡 南湾 青塘 双井 高岭 枣林 白果 金沟 和苑 春晖 望湖 北堰 竹溪 西渡 桑田 磨盘 古槐".split(" ");

export function villageName(n: number): string {
  return `${names[n % names.length]}村`;
}

export function areasCSV(f: Frame): string {
  const rows = ["code,name_zh,name_en,kind,parent", `${district},演示区,Demo District,district,`, `${street},晨光街道,Chenguang Street,street,${district}`];
  for (let v = 0; v < f.villages; v++) {
    const name = villageName(v).slice(0, -1);
    rows.push(`${villageOf(v)},${name}村,Village ${v + 1},village,${street}`, `${gridOf(v)},${name}第1网格,Grid ${v + 1},grid,${villageOf(v)}`);
  }
  return rows.join("\n") + "\n";
}

export function householdsCSV(f: Frame): string {
  const rows = ["household,grid,address,label_public,stratum,psu,weight,fpc1,fpc2,selected"];
  const grid = gridOf(0);
  for (let n = 0; n < f.doors; n++) rows.push(`${doorOf(grid, n)},${grid},演示区晨光街道${villageName(0)}${labelOf(n)},${labelOf(n)},${villageOf(0)},${grid},1,${f.villages},${f.doors},1`);
  return rows.join("\n") + "\n";
}

export interface SurveyForm {
  readonly id: string;
  readonly kind: string;
}

export const instruments: readonly SurveyForm[] = [
  { id: "hh_sentiment", kind: "sentiment" },
  { id: "candidate_interview", kind: "candidate" },
  { id: "visit_log", kind: "visit" },
  { id: "appraisal", kind: "appraisal" },
  { id: "village_sheet", kind: "village" },
  { id: "followup", kind: "followup" },
  { id: "backcheck", kind: "backcheck" },
];

export function surveyYAML(forms: readonly SurveyForm[]): string {
  return `id: e2e-2026
title: {zh: 演示区入户民情调查（演示数据）, en: Demo district household survey (demo data)}
mode: sample
forms:
${forms.map((f) => `  - {id: ${f.id}, kind: ${f.kind}}`).join("\n")}
legal_basis: consent
notice:
  zh: 您好，我受演示街道办委托做入户民情调查。调查自愿，您可以随时停止，拒绝不影响任何服务。不记姓名、电话和住址。
  en: Good day. I ask on behalf of the demo street office. Taking part is voluntary, you may stop at any time, and refusing changes no service.
open: 2020-01-01
close: 2099-12-31
retention: pipl_minimum
edit_hours: 168
link_ttl_days: 30
threshold: 10
pia: docs/privacy.md (demo)
`;
}
