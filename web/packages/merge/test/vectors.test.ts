import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Coded, decodeChangeSet, encodeChangeSet, hex, idOf, limits, parseState, State } from "../src/index.ts";
import { decode, history, type Step } from "../twin/jobs.ts";

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../../../sync/${path}`, import.meta.url), "utf8")) as T;
}

interface StateVector {
  turns: { device: string; seq: number; void?: boolean; eff?: number; line?: string }[] | null;
  withheld?: string[];
  canonical: string;
  digest: string;
  conflicts?: string[];
  shown: [string, string | null][];
  rows?: string[];
}

describe("sync/crdt/testdata/vectors.json", () => {
  const list = read<StateVector[]>("crdt/testdata/vectors.json");
  test("shared histories give the same states", () => {
    expect(list.length).toBeGreaterThan(100);
    for (const v of list) {
      const s = new State();
      v.withheld?.slice(0, 1).forEach((p) => s.withhold(p)); // one before, the others after: the order does not matter
      for (const t of v.turns ?? []) {
        if (t.void) {
          s.void(t);
          continue;
        }
        const c = decodeChangeSet(t.line!);
        expect(encodeChangeSet(c)).toBe(t.line);
        s.apply(c, t.eff!);
      }
      v.withheld?.slice(1).forEach((p) => s.withhold(p));
      expect(s.canonical()).toBe(v.canonical);
      expect(hex(s.digest())).toBe(v.digest);
      expect(s.conflicts()).toEqual(v.conflicts ?? []);
      expect(s.visible().map(([path, w]) => [path, w.value])).toEqual(v.shown);
      expect(s.repeats().flatMap((r) => s.rowsOf(r))).toEqual(v.rows ?? []);
      expect(parseState(v.canonical).canonical()).toBe(v.canonical);
    }
  });
});

interface LineVector {
  name: string;
  line?: string;
  base64?: string;
  code?: string;
  id: string;
  encode?: string;
}

describe("sync/wire/testdata/vectors.json", () => {
  test.each(read<LineVector[]>("wire/testdata/vectors.json").map((v) => [v.name, v] as const))("%s", (_, v) => {
    const b = new Uint8Array(Buffer.from(v.base64 ?? v.line ?? "", v.base64 ? "base64" : "utf8"));
    expect(idOf(b)).toBe(v.id);
    if (v.code) {
      expect(codeOfFailure(() => decodeChangeSet(b))).toBe(v.code);
      if (!v.base64) expect(codeOfFailure(() => decodeChangeSet(v.line ?? ""))).toBe(v.code);
      return;
    }
    const text = encodeChangeSet(decodeChangeSet(b));
    expect(text).toBe(v.encode);
    expect(encodeChangeSet(decodeChangeSet(text))).toBe(text);
  });
});

function codeOfFailure(f: () => unknown): string {
  try {
    f();
  } catch (err) {
    if (err instanceof Coded) return err.code;
    throw err;
  }
  return "";
}

interface Shared {
  limits: Record<string, number>;
  histories: { lines: string[]; steps: Step[]; told: unknown[] }[];
  texts: { as: string; base64: string; code?: string; value?: unknown }[];
}

describe("sync/twin/testdata/shared.json", () => {
  const shared = read<Shared>("twin/testdata/shared.json");
  test("a phone is held to the server's limits", () => {
    const { maxSafe, ...own } = limits;
    expect(own).toEqual(shared.limits);
    expect(maxSafe).toBe(2 ** 53 - 1);
  });
  test("histories with odd names", () => {
    for (const h of shared.histories) {
      const told = (h.told as Record<string, unknown>[]).map((t) => ({ ...t, live: t["live"] ?? [] }));
      expect(history(h.lines, h.steps)).toEqual(told);
    }
  });
  test("hostile texts", () => {
    expect(shared.texts.length).toBeGreaterThan(100);
    for (const v of shared.texts) {
      const b = new Uint8Array(Buffer.from(v.base64, "base64"));
      if (v.code) expect(codeOfFailure(() => decode(v.as, b)), v.base64).toBe(v.code);
      else expect(decode(v.as, b)).toEqual(v.value);
    }
  });
});
