// @vitest-environment jsdom
import { describe, expect, test, vi } from "vitest";
import { DeskClient } from "../src/desk/client.ts";
import { Keys, keyOf, type Shortcut, typing } from "../src/desk/keys.ts";
import { lines } from "../src/desk/live.ts";
import { Notices } from "../src/desk/notices.ts";
import { readPage } from "../src/desk/page.ts";

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": status < 300 ? "application/json" : "application/problem+json" } });
}

describe("the way to the server", () => {
  test("carries the page's token on writes and on nothing else", async () => {
    const seen: [string, string | undefined][] = [];
    const client = new DeskClient({ language: () => "zh", csrf: () => "token", recover: () => Promise.resolve(), fetch: (_, init) => {
      seen.push([init?.method ?? "", (init?.headers as Record<string, string>)["X-Ruhu-CSRF"]]);
      return Promise.resolve(answer(200, { items: [] }));
    } });
    await client.call("get", "/v1/forms", {});
    await client.call("post", "/v1/withdrawals", { body: { code: "x" } });
    expect(seen).toEqual([["GET", undefined], ["POST", "token"]]);
  });

  test("waits while the session has ended, and sends the same again", async () => {
    let token = "old";
    const bodies: unknown[] = [];
    const recover = vi.fn(() => {
      token = "new";
      return Promise.resolve();
    });
    const client = new DeskClient({ language: () => "en", csrf: () => token, recover, fetch: (_, init) => {
      bodies.push([init?.body, (init?.headers as Record<string, string>)["X-Ruhu-CSRF"]]);
      return Promise.resolve(token === "old" ? answer(401, { code: "unauthenticated" }) : answer(204, undefined));
    } });
    await client.raw({ method: "POST", url: "/v1/x", body: "typed" });
    expect(recover).toHaveBeenCalledWith("unauthenticated");
    expect(bodies).toEqual([["typed", "old"], ["typed", "new"]]);
  });

  test("does not ask who may not to sign in again", async () => {
    const recover = vi.fn(() => Promise.resolve());
    const client = new DeskClient({ language: () => "en", csrf: () => "", recover, fetch: () => Promise.resolve(answer(403, { code: "forbidden" })) });
    await expect(client.raw({ method: "GET", url: "/v1/x" })).rejects.toMatchObject({ code: "forbidden" });
    expect(recover).not.toHaveBeenCalled();
  });
});

describe("events", () => {
  const stream = (...chunks: string[]): Response => new Response(new ReadableStream({ start(c) {
    for (const x of chunks) c.enqueue(new TextEncoder().encode(x));
    c.close();
  } }));

  test("come line by line, however they are cut, and empty lines mean nothing", async () => {
    const got = [];
    for await (const e of lines(stream("\n", '{"street":"990101001","ki', 'nd":"record","n":2}\n\n{"street":"990101001","kind":"erase","n":1}\n'))) got.push(e);
    expect(got).toEqual([{ street: "990101001", kind: "record", n: 2 }, { street: "990101001", kind: "erase", n: 1 }]);
  });

  test("end where the stream is none", async () => {
    await expect((async () => { for await (const _ of lines(stream("x".repeat(70_000)))) void _; })()).rejects.toThrow();
  });
});

describe("keys", () => {
  const press = (key: string, more: KeyboardEventInit = {}, on: Element = document.body): KeyboardEvent => {
    const e = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    on.dispatchEvent(e);
    return e;
  };
  const shortcut = (key: string, run: () => void, when?: () => boolean): Shortcut => ({ key, does: "keys.help", run, ...(when && { when }) });

  test("do what the screen on top says, and nothing where somebody types", () => {
    document.body.innerHTML = '<input id="i"><button id="b">b</button><div id="d" role="dialog" aria-modal="false"></div>';
    const keys = new Keys();
    let off = false;
    const stop = keys.listen(() => off);
    const [under, over, help] = [vi.fn(), vi.fn(), vi.fn()];
    keys.add([shortcut("a", under), shortcut("?", help)]);
    press("a");
    expect(under).toHaveBeenCalledTimes(1);
    const take = keys.add([shortcut("a", over)]);
    expect(press("A").defaultPrevented).toBe(true);
    expect([under.mock.calls.length, over.mock.calls.length]).toEqual([1, 1]);
    take();
    press("a", {}, document.querySelector("#i") as Element);
    press("a", { ctrlKey: true });
    press("a", { isComposing: true });
    expect(under).toHaveBeenCalledTimes(1);
    off = true;
    press("a");
    press("?");
    expect([under.mock.calls.length, help.mock.calls.length]).toEqual([1, 1]);
    off = false;
    document.querySelector("#d")?.setAttribute("aria-modal", "true");
    press("a");
    expect(under).toHaveBeenCalledTimes(1);
    stop();
  });

  test("are known while an input method holds them", () => {
    expect(keyOf(new KeyboardEvent("keydown", { key: "Process", code: "KeyA" }))).toBe("a");
    expect(keyOf(new KeyboardEvent("keydown", { key: "Process", code: "Digit2" }))).toBe("2");
    expect(keyOf(new KeyboardEvent("keydown", { key: "ArrowDown", code: "ArrowDown" }))).toBe("arrowdown");
  });

  test("leave Enter to buttons and links", () => {
    document.body.innerHTML = "<button>b</button>";
    const b = document.querySelector("button");
    expect(typing(b, "enter")).toBe(true);
    expect(typing(b, "a")).toBe(false);
  });
});

test("notices of what went wrong stay, others go by themselves", () => {
  vi.useFakeTimers();
  const n = new Notices();
  n.say("done", "saved");
  n.say("wrong", "not saved");
  vi.advanceTimersByTime(7000);
  expect(n.list.map((x) => x.text)).toEqual(["not saved"]);
  for (let i = 0; i < 9; i++) n.say("wrong", `w${i}`);
  expect(n.list).toHaveLength(4);
  vi.useRealTimers();
});

test("the page says its language, zone and whether the data is invented", () => {
  const root = document.createElement("html");
  root.lang = "en";
  root.dataset["zone"] = "Asia/Urumqi";
  root.dataset["demo"] = "";
  expect(readPage(root)).toEqual({ language: "en", zone: "Asia/Urumqi", demo: true });
  expect(readPage(document.createElement("html"))).toEqual({ language: "zh", zone: "Asia/Shanghai", demo: false });
});
