import { expect, test, vi } from "vitest";
import { Client, DeviceSession, Problem, type Session } from "../src/index.ts";

type Reply = () => Response;

function json(status: number, v: unknown, headers: Record<string, string> = {}): Reply {
  return () => new Response(JSON.stringify(v), { status, headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers } });
}

/** A server that gives its answers in turn and remembers what was asked. */
function server(...replies: Reply[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const get = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    const reply = replies.shift();
    return reply ? Promise.resolve(reply()) : Promise.reject(new TypeError("fetch failed"));
  }) as typeof fetch;
  return { asked, get };
}

test("calls are typed, and their parts stand where they belong", async () => {
  const { asked, get } = server(json(200, { items: [], next: "n" }), json(204, undefined as never), json(200, { id: "x" }));
  const c = new Client({ base: "https://h", fetch: get, language: () => "zh" });
  const page = await c.call("get", "/v1/records", { query: { form: "a b", limit: 20, conflict: true } });
  expect(page.next).toBe("n");
  expect(asked[0]?.url).toBe("https://h/v1/records?form=a+b&limit=20&conflict=true");
  expect(await c.call("delete", "/v1/devices/{id}", { path: { id: "dv/1" }, body: { reason: "lost" } }).catch((e: unknown) => e)).toBeUndefined();
  expect(asked[1]).toMatchObject({ url: "https://h/v1/devices/dv%2F1", init: { method: "DELETE", body: '{"reason":"lost"}', redirect: "error" } });
  expect((asked[1]?.init.headers as Record<string, string>)["Accept-Language"]).toBe("zh");
  // @ts-expect-error a path that the server does not have
  void c.call("get", "/v1/nothing", {}).catch(() => undefined);
  // @ts-expect-error a body without what it needs
  void c.call("post", "/v1/auth/login", { body: { username: "x" } }).catch(() => undefined);
});

test("a problem is what people read", async () => {
  const problem = { type: "urn:ruhu:error:gap", title: "t", status: 409, code: "changed-since", detail: "record r1", request: "rq1", faults: [{ message: "m" }] };
  const c = new Client({ fetch: server(json(409, problem, { "Retry-After": "3" })).get });
  const err = (await c.call("get", "/v1/me", {}).catch((e: unknown) => e)) as Problem;
  expect(err).toBeInstanceOf(Problem);
  expect(err).toMatchObject({ code: "changed-since", status: 409, detail: "record r1", request: "rq1", retryAfter: 3000, faults: [{ message: "m" }] });
  expect(err.zh).toBe("您打开之后，这条记录又有了新内容。");
  expect(err.hint.en).toContain("decide again");
});

test("what is no problem document is one all the same", async () => {
  const gateway = (): Response => new Response("<html>502</html>", { status: 502 });
  const c = new Client({ fetch: server(gateway, () => new Response("", { status: 401 })).get });
  await expect(c.call("get", "/v1/me", {})).rejects.toMatchObject({ code: "busy", status: 502 });
  await expect(c.call("get", "/v1/me", {})).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
  await expect(c.call("get", "/v1/me", {})).rejects.toMatchObject({ code: "busy", status: 0 });
});

test("an answer that is cut is no answer", async () => {
  const cut = (): Response => new Response(new ReadableStream({ start: (s) => (s.enqueue(new TextEncoder().encode('{"a')), s.error(new Error("reset"))) }));
  await expect(new Client({ fetch: server(cut).get }).call("get", "/v1/me", {})).rejects.toMatchObject({ code: "busy" });
  const half = (): Response => new Response('{"user"');
  await expect(new Client({ fetch: server(half).get }).call("get", "/v1/me", {})).rejects.toMatchObject({ code: "busy", status: 200 });
});

test("a token that is not taken is renewed once", async () => {
  const unauthenticated = json(401, { code: "token-expired", title: "t", status: 401, type: "", request: "" });
  const { asked, get } = server(unauthenticated, json(200, {}), unauthenticated, unauthenticated);
  const renewals: boolean[] = [];
  const tokens = { token: (renew: boolean) => (renewals.push(renew), Promise.resolve(renew ? "new" : "old")) };
  const c = new Client({ fetch: get, tokens });
  await c.call("get", "/v1/me", {});
  await expect(c.call("get", "/v1/me", {})).rejects.toMatchObject({ code: "token-expired" });
  expect(renewals).toEqual([false, true, false, true]);
  expect(asked.map((a) => (a.init.headers as Record<string, string>)["Authorization"])).toEqual(["Bearer old", "Bearer new", "Bearer old", "Bearer new"]);
});

test("patience ends when nothing comes, not when it takes long", async () => {
  vi.useFakeTimers();
  try {
    let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
    const slow = (): Response => new Response(new ReadableStream<Uint8Array>({ start: (c) => void (feed = c) }));
    const signals: AbortSignal[] = [];
    const get = ((_: string, init: RequestInit) => (signals.push(init.signal!), Promise.resolve(slow()))) as typeof fetch;
    const res = await new Client({ fetch: get, patience: 1000 }).raw({ method: "GET", url: "/" });
    const reader = res.body!.getReader();
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(900);
      feed!.enqueue(new Uint8Array([n]));
      expect((await reader.read()).value).toEqual(new Uint8Array([n]));
    }
    expect(signals[0]!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1100);
    expect(signals[0]!.aborted).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

function phone(get: typeof fetch, kept?: Session) {
  const saved: Session[] = [];
  const signed: string[] = [];
  let now = Date.parse("2026-11-23T08:00:00Z");
  const s = new DeviceSession({
    client: new Client({ fetch: get, clock: (at) => s.clock(at) }), kept, now: () => now, keep: (v) => (saved.push(v), Promise.resolve()),
    who: () => ({ device: "dv_1", certificate: "cert", sign: (m) => (signed.push(m), Promise.resolve("sig")) }),
  });
  return { s, saved, signed, later: (ms: number) => (now += ms) };
}

const session = (n: number): object => ({ access_token: `a${n}`, refresh_token: `r${n}`, expires_in: 600 });

test("a session goes on by its refresh token, kept before it is used, and once for two calls", async () => {
  const { asked, get } = server(json(200, session(2)), json(200, session(3)));
  const { s, saved, later } = phone(get, { device: "dv_1", access: "a1", expires: 0, refresh: "r1" });
  expect(await Promise.all([s.token(false), s.token(false)])).toEqual(["a2", "a2"]);
  expect(saved).toMatchObject([{ access: "a2", refresh: "r2" }]);
  expect(asked[0]?.init.body).toBe('{"refresh_token":"r1"}');
  expect(await s.token(false)).toBe("a2");
  later(590_000);
  expect(await s.token(false)).toBe("a3");
  expect(asked[1]?.init.body).toBe('{"refresh_token":"r2"}');
});

test("a refresh token that is no good, another device's session, none at all: the certificate signs in", async () => {
  const reused = json(401, { code: "token-reused", title: "", status: 401, type: "", request: "" });
  for (const [kept, replies] of [
    [{ device: "dv_1", access: "", expires: 0, refresh: "r1" }, [reused, json(200, session(9))]],
    [{ device: "dv_0", access: "a1", expires: 1e15, refresh: "r1" }, [json(200, session(9))]],
    [undefined, [json(200, session(9))]],
  ] as [Session | undefined, Reply[]][]) {
    const { asked, get } = server(...replies);
    const { s, signed } = phone(get, kept);
    expect(await s.token(false)).toBe("a9");
    expect(JSON.parse(asked.at(-1)?.init.body as string)).toEqual({ certificate: "cert", at: "2026-11-23T08:00:00Z", signature: "sig" });
    expect(signed).toEqual(["ruhu-refresh:dv_1:2026-11-23T08:00:00Z"]);
  }
});

test("a phone whose clock is years off signs by the server's", async () => {
  const stale = json(401, { code: "stale-signature", title: "", status: 401, type: "", request: "" }, { Date: "Thu, 23 Nov 2036 08:00:00 GMT" });
  const { get } = server(stale, json(200, session(9)));
  const { s, signed } = phone(get);
  expect(await s.token(false)).toBe("a9");
  expect(signed).toEqual(["ruhu-refresh:dv_1:2026-11-23T08:00:00Z", "ruhu-refresh:dv_1:2036-11-23T08:00:01Z"]);
});

test("a link that fails is not taken for a session that ended", async () => {
  const { s, signed } = phone(server().get, { device: "dv_1", access: "", expires: 0, refresh: "r1" });
  await expect(s.token(false)).rejects.toMatchObject({ code: "busy" });
  expect(signed).toEqual([]);
});

test("no content is no content, also where the browser gives it a body", async () => {
  const empty = (): Response => Object.defineProperty(new Response(null, { status: 204, headers: { "Upload-Offset": "7" } }), "body", { value: new ReadableStream({ start: (s) => s.close() }) });
  const res = await new Client({ fetch: server(empty).get }).raw({ method: "PATCH", url: "/v1/attachments/up_1" });
  expect(res.status).toBe(204);
  expect(res.headers.get("Upload-Offset")).toBe("7");
});
