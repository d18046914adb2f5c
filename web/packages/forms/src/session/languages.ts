/** The code of a language as forms name it: "中文 (zh)" gives "zh", "English" gives "en". "" = unknown. */
export function codeOf(name: string): string {
  const inside = /\(([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$/i.exec(name)?.[1];
  const code = (inside ?? (/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/i.test(name) ? name : "")).toLowerCase().split("-")[0] ?? "";
  if (code !== "") return code;
  if (/中文|汉语|漢語|chinese|mandarin/i.test(name)) return "zh";
  return /english|英语|英文/i.test(name) ? "en" : "";
}
