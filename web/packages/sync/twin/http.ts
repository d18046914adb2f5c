// Phones over HTTP, for acceptance tests in Go: one command a line as JSON, one answer a line. Disk, keys and session are in
// memory and outlive a restart; clock and server are the test's.

import type { Session as Tokens } from "@ruhu/api";
import { Coded } from "@ruhu/merge";
import { lines } from "../../../tools/ndjson.ts";
import { HTTP } from "../src/http.ts";
import { Memory, MemoryCabinet, Phone, WebKeys } from "../src/index.ts";
import { inSession, type Json, onPhone, sessions } from "./commands.ts";

interface Handset {
  phone: Phone;
  readonly base: string;
  readonly now: { at: number };
  store: Memory;
  readonly keys: WebKeys;
  tokens: Tokens | undefined;
}

const handsets: Handset[] = [];

/** Switches a phone on, with what its disk holds. */
async function start(h: Omit<Handset, "phone">): Promise<Handset> {
  const out = h as Handset;
  const sessions = { read: () => Promise.resolve(out.tokens), write: (s: Tokens) => Promise.resolve(void (out.tokens = s)) };
  const transport = await HTTP.open({ base: h.base, keys: h.keys, sessions, now: () => h.now.at, language: () => "en" });
  out.phone = await Phone.open({
    store: h.store, keys: h.keys, transport, now: () => h.now.at, random: (n) => crypto.getRandomValues(new Uint8Array(n)),
  });
  return out;
}

async function run(m: Json): Promise<Json> {
  const now = m["now"] as number;
  if (m["do"] === "buy") {
    handsets.push(await start({ base: String(m["base"]), now: { at: now }, store: new Memory(), keys: new WebKeys(new MemoryCabinet()), tokens: undefined }));
    return { phone: handsets.length - 1 };
  }
  const h = handsets[m["phone"] as number]!;
  h.now.at = now;
  switch (m["do"]) {
    case "restart":
      await start(h);
      return {};
    case "copy": // a backup of the phone, or what a cloner took; it lies there switched off
      handsets.push({ ...h, now: { at: now }, store: h.store.clone() });
      return { phone: handsets.length - 1 };
    case "damage":
      return { damaged: h.store.damage(String(m["path"]), 0) };
    case "pack": {
      const pack = await h.phone.pack("answers");
      return { pack: pack ? Buffer.from(pack).toString("base64") : null };
    }
    case "carry": {
      const { verdicts } = await h.phone.carry(new Uint8Array(Buffer.from(String(m["pack"]), "base64")));
      return { list: verdicts.map((v) => v.status) };
    }
  }
  return typeof m["session"] === "number" ? inSession(sessions[m["session"]]!, m) : onPhone(h.phone, m);
}

for await (const line of lines(process.stdin)) {
  try {
    process.stdout.write(JSON.stringify({ done: await run(JSON.parse(line) as Json) }) + "\n");
  } catch (err) {
    if (!(err instanceof Coded)) throw err;
    process.stdout.write(JSON.stringify({ error: err.code, message: err.message }) + "\n");
  }
}
