import type { Disposition } from "./ports.ts";

const d = (code: string, outcome: string, zh: string, en: string): Disposition => ({
  code, outcome, zh, en, appointment: code === "2.25", reason: code.startsWith("2.11"),
});

/** In order of precedence: of several attempts at a door the one that stands first here counts. Equal to survey/disposition.go. */
export const dispositions: readonly Disposition[] = [
  d("1.1", "I", "完成", "complete"),
  d("1.2", "P", "部分完成", "partial"),
  d("2.12", "R", "中途退出", "break-off"),
  d("2.112", "R", "本人拒访", "known respondent refused"),
  d("2.111", "R", "户拒访", "household refused"),
  d("2.31", "O", "去世", "dead"),
  d("2.32", "O", "身心不便", "physically or mentally unable"),
  d("2.33", "O", "语言", "language"),
  d("2.36", "O", "其他", "other"),
  d("4.70", "NE", "无合格受访者", "no eligible respondent"),
  d("4.80", "NE", "满额", "quota filled"),
  d("4.51", "NE", "单位门店", "business or organisation"),
  d("4.61", "NE", "空置房", "vacant"),
  d("4.62", "NE", "季节性居住或外出全年", "seasonal or away all year"),
  d("4.10", "NE", "不在本村", "not in this village"),
  d("2.25", "NC", "受访人不在或已约定", "respondent away, or appointment"),
  d("2.24", "NC", "家中无人", "nobody at home"),
  d("2.23", "NC", "进不了门或楼", "no entry to the building"),
  d("3.21", "UO", "未能筛选", "not screened"),
  d("3.90", "UO", "未知其他", "unknown, other"),
  d("3.18", "UH", "找不到地址", "address not found"),
  d("3.17", "UH", "不能到达或危险", "cannot be reached, or unsafe"),
  d("3.11", "UH", "未去", "not attempted"),
];

/** What a visit without an interview ends in, the usual ones first. */
export const withoutInterview: readonly Disposition[] = [
  "2.24", "2.25", "2.111", "2.112", "2.23", "4.61", "4.62", "2.32", "2.12", "4.70", "4.51", "4.10", "3.18", "3.17", "2.31", "2.33", "4.80", "3.21", "2.36", "3.90",
].map((code) => dispositions.find((x) => x.code === code)!);

/** The one of several attempts that counts; "" where there is none. */
export function finalDisposition(codes: readonly string[]): string {
  return dispositions.find((x) => codes.includes(x.code))?.code ?? "";
}
