import type { Question } from "../types.ts";
import type { Key, Places } from "../words/index.ts";

/** An answer as people read it. */
export function shown(q: Question, value: string, t: (key: Key, places?: Places) => string): string {
  if (value === "") return "";
  switch (q.control) {
    case "one": return words(q, [value]);
    case "many":
    case "rank": return words(q, value.split(" "));
    case "trigger": return t("choice.acknowledge");
    case "boolean": return t(value === "true" ? "choice.yes" : "choice.no");
    case "dateTime": return value.replace("T", " ");
    case "geopoint": return value.split(" ").slice(0, 2).join(", ");
    case "geotrace":
    case "geoshape": return t("place.points", { n: value.split(";").length });
    case "image": case "draw": case "signature": case "annotate": case "audio": case "video": case "file": return t("file.kept");
    default: return value;
  }
}

function words(q: Question, values: readonly string[]): string {
  const byValue = new Map(q.choices.map((c) => [c.value, c]));
  return values.map((v) => byValue.get(v)?.words.text || v).join("、");
}
