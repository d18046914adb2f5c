// Which control asks a question, and what of it phones cannot do.

import type { Leaf } from "../engine/engine.ts";
import type { Control } from "../types.ts";

const inputs: Readonly<Record<string, Control>> = {
  string: "text", int: "integer", decimal: "decimal", date: "date", time: "time", dateTime: "dateTime", geopoint: "geopoint", geotrace: "geotrace",
  geoshape: "geoshape", barcode: "barcode", boolean: "boolean",
};

const uploads: Readonly<Record<string, Control>> = { image: "image", audio: "audio", video: "video" };

export function controlOf(node: Leaf, element: Element, appearances: ReadonlySet<string>): Control {
  switch (node.nodeType) {
    case "note": return "note";
    case "trigger": return "trigger";
    case "rank": return "rank";
    case "select": return node.selectType === "select1" ? "one" : "many";
    case "range": return appearances.has("rating") ? "rating" : "range";
    case "upload": {
      const kind = uploads[node.nodeOptions.media.type ?? node.nodeOptions.media.accept.split("/")[0] ?? ""] ?? "file";
      const drawn = kind === "image" && (["draw", "signature", "annotate"] as const).find((a) => appearances.has(a));
      return drawn || kind;
    }
    case "input": {
      const control = inputs[node.valueType] ?? "unsupported";
      return control === "text" && (appearances.has("multiline") || Number(element.getAttribute("rows")) > 1) ? "multiline" : control;
    }
    default: return "unsupported";
  }
}

const calendars = ["ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian"];

/** Why a question is asked with a plainer control than its author wants; undefined = it is not. */
export function plainer(control: Control, appearances: ReadonlySet<string>): string | undefined {
  if (control === "unsupported") return "type";
  for (const a of appearances) {
    if (a.startsWith("ex:") || a === "printer" || a === "map" || a === "image-map" || a === "placement-map" || a === "maps" || calendars.includes(a)) return a;
  }
  return undefined;
}
