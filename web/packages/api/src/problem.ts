import { type Sentence, sentence } from "@ruhu/i18n";
import { Coded } from "@ruhu/merge";
import type { components } from "./schema.gen.ts";

/** One of several things that are wrong with what was sent. */
export type Fault = components["schemas"]["Fault"];

/**
 * What went wrong with a call: the server's problem document, or that it could not be reached (code busy, status 0). zh, en and
 * hint are what people read; detail is what exactly, in the language that was asked for.
 */
export class Problem extends Coded implements Sentence {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly hint: { readonly zh: string; readonly en: string };
  readonly detail: string;
  /** To give to the operator; "" where there is none. */
  readonly request: string;
  readonly faults: readonly Fault[];
  /** ms to wait before the next try, as the server asks; 0 = it does not say. */
  readonly retryAfter: number;

  constructor(code: string, status: number, rest: { detail?: string; request?: string; faults?: readonly Fault[]; retryAfter?: number; cause?: unknown } = {}) {
    super(code, "server", rest.detail ?? (status === 0 ? "cannot be reached" : `status ${status}`), rest.cause);
    this.name = "Problem";
    const s = sentence(code);
    [this.status, this.zh, this.en, this.hint] = [status, s.zh, s.en, s.hint];
    [this.detail, this.request, this.faults, this.retryAfter] = [rest.detail ?? "", rest.request ?? "", rest.faults ?? [], rest.retryAfter ?? 0];
  }
}

/** Codes for answers that carry no problem document: from something between us and the server. */
const bare: Readonly<Record<number, string>> = { 401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "too-large" };

/** The problem that an answer tells of. Reads at most so many bytes of it as a problem may have. */
export async function problemOf(res: Response): Promise<Problem> {
  const retryAfter = 1000 * Math.max(0, Number(res.headers.get("Retry-After") ?? 0) || 0);
  let p: Partial<components["schemas"]["Problem"]> = {};
  try {
    const text = await res.text();
    const v: unknown = text.length <= 64 << 10 ? JSON.parse(text) : undefined;
    if (typeof v === "object" && v !== null) p = v;
  } catch (err) {
    if (!(err instanceof SyntaxError)) return new Problem(bare[res.status] ?? "busy", res.status, { retryAfter, cause: err });
  }
  if (typeof p.code !== "string" || p.code === "") return new Problem(bare[res.status] ?? "busy", res.status, { retryAfter });
  const { detail, request, faults } = p;
  return new Problem(p.code, res.status, {
    retryAfter, ...(detail !== undefined && { detail }), ...(request !== undefined && { request }), ...(faults !== undefined && { faults }),
  });
}
