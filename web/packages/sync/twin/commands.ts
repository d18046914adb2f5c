// What tests in Go have phones do, whatever these phones are made of.

import { type ChangeSet, encodeChangeSet, fail } from "@ruhu/merge";
import type { Phone, Session } from "../src/index.ts";

export type Json = Record<string, unknown>;

/** Forms that are open, by number. */
export const sessions: Session[] = [];

function opened(s: Session): Json {
  sessions.push(s);
  return { session: sessions.length - 1, record: s.record };
}

function line(c: ChangeSet | undefined): Json {
  return { line: c ? encodeChangeSet(c) : null };
}

/** Does a command that is about a phone. */
export async function onPhone(p: Phone, m: Json): Promise<Json> {
  const text = (key: string): string => String(m[key]);
  switch (m["do"]) {
    case "enrol":
      await p.enrol(text("code"), text("name"), text("platform"));
      return {};
    case "new":
      return opened(await p.new(m["stream"] === "registry" ? "registry" : "answers", text("form"), text("version"), text("grid")));
    case "edit":
      return opened(await p.edit(text("record")));
    case "sync":
      return { report: await p.sync() };
    case "pull":
      return { report: await p.pull() };
    case "view": {
      const v = await p.view(text("record"));
      return { view: { ...v, state: v.state?.canonical() ?? null, base: v.base?.canonical() ?? null } };
    }
    case "records":
      return { list: await p.records() };
    case "drafts":
      return { list: await p.drafts() };
    case "log":
      return { log: await p.log() };
    case "status":
      return { status: await p.status() };
  }
  return fail("internal", "twin", `no command ${text("do")}`);
}

/** Does a command that is about an open form. */
export async function inSession(s: Session, m: Json): Promise<Json> {
  const path = String(m["path"]);
  switch (m["do"]) {
    case "screen":
      return { state: s.screen.canonical() };
    case "set":
      s.set(path, m["value"] as string | null);
      return {};
    case "confirm":
      s.confirm(path);
      return {};
    case "keep":
      s.keepRow(path);
      return {};
    case "del":
      s.delRow(path);
      return {};
    case "save":
      await s.save();
      return {};
    case "cut":
      return line(await s.cut());
    case "submit":
      return line(await s.submit());
    case "leave":
      return line(await s.leave());
  }
  return fail("internal", "twin", `no command ${String(m["do"])}`);
}
