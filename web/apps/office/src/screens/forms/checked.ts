import type { components } from "@ruhu/api";
import { check, type Checked } from "@ruhu/forms";
import type { DeskClient } from "../../desk/client.ts";

export type ServerCheck = components["schemas"]["FormChecked"];

/** An upload that the server has looked at, and what the engine of phones says of it. */
export interface CheckedUpload {
  readonly server: ServerCheck;
  readonly engine: Checked;
  readonly files: (name: string) => Promise<Blob | undefined>;
}

/** The parts of an upload. */
export function partsOf(form: File, attachments: readonly File[]): FormData {
  const body = new FormData();
  body.append("form", form, form.name);
  for (const a of attachments) body.append("attachment", a, a.name);
  return body;
}

/** Has the server read a form without storing it, then opens it in the engine that phones have. Throws the server's problem. */
export async function checkUpload(client: DeskClient, form: File, attachments: readonly File[], step: (s: "server" | "engine") => void): Promise<CheckedUpload> {
  step("server");
  const res = await client.raw({ method: "POST", url: "/v1/forms:check", body: partsOf(form, attachments) });
  const server = (await res.json()) as ServerCheck;
  const made = new Map(server.files.map((f) => [f.name, f]));
  const files = async (name: string): Promise<Blob | undefined> => {
    const given = attachments.find((a) => a.name === name);
    if (given) return given;
    const f = made.get(name);
    return f && new Blob([Uint8Array.from(atob(f.content), (c) => c.charCodeAt(0))], { type: name.endsWith(".csv") ? "text/csv" : "application/octet-stream" });
  };
  step("engine");
  return { server, engine: await check(server.phone_xml, files), files };
}
