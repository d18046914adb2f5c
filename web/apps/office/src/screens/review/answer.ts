import type { Language } from "@ruhu/i18n";
import type { Model, ModelNode } from "./model.ts";

/** A file that stands in an answer: its hash, and what it is. */
export interface FileAnswer {
  readonly hash: string;
  readonly kind: "image" | "audio" | "video" | "other";
}

const kinds: Readonly<Record<string, FileAnswer["kind"]>> = { jpg: "image", jpeg: "image", png: "image", webp: "image", gif: "image", mp3: "audio", m4a: "audio", ogg: "audio", wav: "audio", webm: "video", mp4: "video" };

export function fileOf(value: string): FileAnswer | undefined {
  const m = /^sha256-([0-9a-f]{64})\.([a-z0-9]{1,8})$/.exec(value);
  return m ? { hash: m[1] as string, kind: kinds[m[2] as string] ?? "other" } : undefined;
}

/** Whether several choices can be chosen. */
export function isMany(n: ModelNode): boolean {
  return n.control === "select" || n.control === "rank";
}

/** An answer as people read it. */
export function answerText(model: Model | undefined, node: ModelNode | undefined, value: string, language: Language): string {
  if (!node || !model) return value;
  if (node.choices) return (isMany(node) ? value.split(" ") : [value]).map((v) => model.choice(node, v, language)).join(language === "zh" ? "、" : ", ");
  if (node.type === "geopoint") return value.split(" ").slice(0, 2).join(", ");
  if (node.type === "dateTime") return value.replace("T", " ").replace(/([+-]\d\d:\d\d|Z)$/, "");
  return value;
}
