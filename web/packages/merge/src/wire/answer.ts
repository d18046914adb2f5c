import { type ID, idBytes } from "../changeset.ts";
import { fail } from "../errs.ts";
import * as limits from "../limits.ts";
import { Reader } from "../strictjson.ts";
import { type Head, parseHead } from "./head.ts";
import { text } from "./members.ts";

/** The verdict on one line of a push. A phone meets only these; a newer server may know more. */
export type Status = "merged" | "duplicate" | "waiting" | "quarantined" | "void" | "refused" | "stored" | (string & {});

/** The answer to one line of a push. */
export interface Verdict {
  /** 0 where the opening, the attestation or a marker is answered. */
  readonly seq: number;
  /** End of a range declared void, else 0. */
  readonly to: number;
  /** "" where none was given. */
  readonly id: ID | "";
  readonly status: Status;
  /** From the catalogue of errors; "" where there is none. */
  readonly code: string;
  /** gap and fork of the opening: what the server has, and its head there. */
  readonly placed?: { readonly have: number; readonly head: Head };
  /** The attestation's seq, else 0. */
  readonly attest: number;
  /** The record of a marker handed back, else "". */
  readonly erased: string;
}

/** The last line of the answer to a push. */
export interface Summary {
  /** The highest seq stored. */
  readonly have: number;
  /** The seq the server takes next. */
  readonly want: number;
  /** Running hash of ids 1 to have. */
  readonly head: Head;
  /** The highest seq that a verified backup covers. */
  readonly safe: number;
  readonly epoch: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

/**
 * Reads one line of the answer to a push: a verdict, or the summary. Members it does not know are passed over: servers get
 * newer than phones. Codes: as the strict reader's, and malformed.
 */
export function parseAnswer(line: Uint8Array | string): { verdict: Verdict } | { summary: Summary } {
  const op = "read answer";
  const r = new Reader(line, op);
  const v = { seq: 0, to: 0, attest: 0, have: 0, want: 0, safe: 0 };
  const t = { id: "", status: "", code: "", erased: "", epoch: "", time: "", head: "0".repeat(64) };
  let placed = false;
  r.object((key) => {
    switch (key) {
      case "have":
        placed = true;
        v.have = r.uint();
        return;
      case "seq":
      case "to":
      case "attest":
      case "want":
      case "safe":
        v[key] = r.uint();
        return;
      case "head":
        t.head = parseHead(r.string());
        return;
      case "id":
        t.id = text(r, 80);
        return;
      case "status":
        t.status = text(r, 32);
        return;
      case "code":
      case "time":
        t[key] = text(r, 64);
        return;
      case "erased":
      case "epoch":
        t[key] = text(r, limits.idBytes);
        return;
    }
    r.raw();
  });
  r.end();
  if (t.id !== "") idBytes(t.id);
  if (t.status === "") {
    if (!placed || t.epoch === "") fail("malformed", op, "neither verdict nor summary");
    return { summary: { have: v.have, want: v.want, head: t.head, safe: v.safe, epoch: t.epoch, time: t.time } };
  }
  const verdict = { seq: v.seq, to: v.to, id: t.id, status: t.status, code: t.code, attest: v.attest, erased: t.erased };
  return { verdict: placed ? { ...verdict, placed: { have: v.have, head: t.head } } : verdict };
}
