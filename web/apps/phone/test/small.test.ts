import { hex, sha256 } from "@ruhu/merge";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { fits, hashInName, SHA256 } from "../src/attachments/sha256.ts";
import { Pace } from "../src/attachments/pace.ts";
import { bestNow, civil, halfDay } from "../src/app/clock.ts";
import { dispositions, finalDisposition, withoutInterview } from "../src/app/dispositions.ts";
import { checkOf, drawCode, hashOf, slipOf } from "../src/app/slip.ts";
import { every, Triggers, type TriggerTarget } from "../src/background/triggers.ts";

test("SHA-256 piece by piece is SHA-256", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 }), (pieces) => {
      const sha = new SHA256();
      for (const p of pieces) sha.add(p);
      return hex(sha.digest()) === hex(sha256(new Uint8Array(pieces.flatMap((p) => [...p]))));
    }),
  );
  for (const n of [0, 55, 56, 63, 64, 65, 119, 120, 1000]) expect(hex(new SHA256().add(new Uint8Array(n)).digest())).toBe(hex(sha256(new Uint8Array(n))));
});

test("a name says what bytes it wants", async () => {
  const b = new TextEncoder().encode("photo");
  const name = `sha256-${hex(sha256(b))}.jpg`;
  expect(hashInName(name)).toBe(hex(sha256(b)));
  for (const no of [null, undefined, "", "photo.jpg", name.toUpperCase(), `${name}x/y`, name.slice(1)]) expect(hashInName(no)).toBeUndefined();
  async function* pieces(bytes: Uint8Array<ArrayBuffer>) {
    yield bytes.slice(0, 2);
    await Promise.resolve();
    yield bytes.slice(2);
  }
  expect(await fits(name, pieces(b))).toBe(true);
  expect(await fits(name, pieces(b.map((c) => c ^ 1)))).toBe(false);
});

test("chunks are 32 to 256 KiB, as the link bears", () => {
  const p = new Pace();
  expect(p.bytes).toBe(64 << 10);
  for (let i = 0; i < 9; i++) p.went(p.bytes, 10);
  expect(p.bytes).toBe(256 << 10);
  p.went(256 << 10, 25_600); // 10 kB/s
  expect(p.bytes).toBe(Math.floor((50 << 10) / 4096) * 4096);
  for (let i = 0; i < 9; i++) p.broke();
  expect(p.bytes).toBe(32 << 10);
  p.went(1000, 60_000);
  expect(p.bytes).toBe(32 << 10);
});

const year = 365 * 24 * 3600_000;
const truth = Date.parse("2026-11-23T02:00:00Z");

test("the time is told by a clock that is wrong by years, and by one that was set right since", () => {
  for (const wrong of [0, 10 * year, -20 * year, 3 * 3600_000, -3 * 3600_000, 40 * 24 * 3600_000]) {
    const heard = { server: truth, phone: truth + wrong };
    for (const later of [0, 3600_000, 5 * 24 * 3600_000]) {
      expect(bestNow(truth + wrong + later, heard), `as wrong as before, ${wrong}`).toBe(truth + later);
      const right = bestNow(truth + later, heard);
      if (Math.abs(wrong) > 60 * 24 * 3600_000) expect(right, `set right, ${wrong}`).toBe(truth + later);
      expect(Math.abs(right - (truth + later))).toBeLessThanOrEqual(40 * 24 * 3600_000);
    }
  }
  expect(bestNow(123, { server: 0, phone: 0 })).toBe(123);
  expect(bestNow(truth + 100 * 24 * 3600_000, { server: truth, phone: truth })).toBe(truth + 100 * 24 * 3600_000);
  expect(bestNow(5, { server: truth, phone: truth })).toBe(truth); // time does not run backwards
});

test("civil dates and half-days are those of the server's zone", () => {
  expect(civil(Date.parse("2026-11-22T16:00:00Z"))).toEqual({ date: "2026-11-23", half: "1" });
  expect(civil(Date.parse("2026-11-23T03:59:59Z"))).toEqual({ date: "2026-11-23", half: "1" });
  expect(civil(Date.parse("2026-11-23T04:00:00Z"))).toEqual({ date: "2026-11-23", half: "2" });
  expect(civil(Date.parse("2026-11-23T15:59:59Z"))).toEqual({ date: "2026-11-23", half: "2" });
  for (const t of ["2026-11-22T16:00:00Z", "2026-11-23T03:59:59Z", "2026-11-23T04:00:01Z"]) {
    const at = Date.parse(t);
    expect(halfDay(at)).toBeLessThanOrEqual(at);
    expect(at - halfDay(at)).toBeLessThan(12 * 3600_000);
    expect(civil(halfDay(at))).toEqual(civil(at));
  }
  expect(halfDay(1000)).toBe(0);
});

test("withdrawal codes: drawn, checked and hashed as the server does", () => {
  const go = readFileSync(new URL("../../../../survey/code.go", import.meta.url), "utf8");
  expect(go).toContain('"ruhu-withdraw:" + code');
  expect(go).toContain('alphabet + "*~$=U"');
  const code = drawCode((n) => crypto.getRandomValues(new Uint8Array(n)));
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/);
  expect(hashOf("0123456789AB")).toBe(hex(sha256("ruhu-withdraw:0123456789AB")));
  expect(slipOf("0123456789AB").code).toBe(`0123-4567-89AB-${checkOf("0123456789AB")}`);
  // One wrong character, or two swapped, always shows.
  const good = "7K2M9QXB4TRW";
  for (let i = 0; i < 12; i++) {
    for (const c of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") if (c !== good[i]) expect(checkOf(good.slice(0, i) + c + good.slice(i + 1))).not.toBe(checkOf(good));
    const [a, b] = [good[i]!, good[i + 1]];
    if (b !== undefined && a !== b) expect(checkOf(good.slice(0, i) + b + a + good.slice(i + 2))).not.toBe(checkOf(good));
  }
});

test("dispositions are the server's, in its order", () => {
  const go = readFileSync(new URL("../../../../survey/disposition.go", import.meta.url), "utf8");
  const groups: Record<string, string> = Object.fromEntries([...go.matchAll(/(Outcome\w+)\s+Outcome = "(\w+)"/g)].map((m) => [m[1]!, m[2]!]));
  const list = [...go.matchAll(/\{"([\d.]+)", (Outcome\w+), Words\{"([^"]+)", "([^"]+)"\}\}/g)].map((m) => ({ code: m[1], outcome: groups[m[2]!], zh: m[3], en: m[4] }));
  expect(list.length).toBe(23);
  expect(dispositions.map(({ code, outcome, zh, en }) => ({ code, outcome, zh, en }))).toEqual(list);
  expect(finalDisposition(["2.24", "1.1", "2.111"])).toBe("1.1");
  expect(finalDisposition([])).toBe("");
  expect(withoutInterview.every((d) => d.outcome !== "I" && d.outcome !== "P" && d.code !== "3.11")).toBe(true);
});

function target(): TriggerTarget & { fire(event: string): void; wanted: number } {
  const listeners = new Map<string, Set<() => void>>();
  return {
    on: (event, f) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(f));
      return () => listeners.get(event)!.delete(f);
    },
    online: true, visible: true, wanted: 0,
    wantBackgroundSync() {
      this.wanted++;
    },
    fire: (event) => listeners.get(event)?.forEach((f) => f()),
  };
}

test("sync comes with a link, when shown, every quarter of an hour; after failures ever later, until there is a link", async () => {
  vi.useFakeTimers();
  try {
    const at = target();
    let outcome: "done" | "again" | "stop" = "again";
    let syncs = 0;
    const waits: number[] = [];
    const t = new Triggers({ sync: () => Promise.resolve({ outcome: (syncs++, outcome) }), onPlan: (ms) => void (ms > 0 && waits.push(ms)), random: () => 1, target: at });
    void t.now();
    for (let i = 0; i < 9; i++) await vi.advanceTimersByTimeAsync(every);
    expect(waits.slice(0, 7)).toEqual([20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 900_000]);
    expect(at.wanted).toBe(syncs);
    const before = syncs;
    outcome = "done";
    at.fire("online");
    await vi.advanceTimersByTimeAsync(0);
    expect(syncs).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(every - 1);
    expect(syncs).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(syncs).toBe(before + 2);
    for (const event of ["visible", "background-sync"]) at.fire(event);
    await vi.advanceTimersByTimeAsync(0);
    expect(syncs).toBe(before + 4); // the second came while the first ran: once more after it
    t.end();
    at.fire("online");
    await t.now();
    await vi.advanceTimersByTimeAsync(10 * every);
    expect(syncs).toBe(before + 4);
  } finally {
    vi.useRealTimers();
  }
});

test("a server that asks for time gets it, and a sync that throws is one that failed", async () => {
  vi.useFakeTimers();
  try {
    const waits: number[] = [];
    let n = 0;
    const t = new Triggers({
      sync: () => (n++ === 0 ? Promise.resolve({ outcome: "again", retryAfter: 123_000 }) : Promise.reject(new Error("broken"))), onPlan: (ms) => void (ms > 0 && waits.push(ms)),
      random: () => 0, target: target(),
    });
    await t.now();
    await vi.advanceTimersByTimeAsync(123_000);
    expect(waits).toEqual([123_000, 20_000]);
    t.end();
  } finally {
    vi.useRealTimers();
  }
});
