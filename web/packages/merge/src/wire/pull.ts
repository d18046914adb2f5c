import { fail } from "../errs.ts";
import * as limits from "../limits.ts";
import { Reader } from "../strictjson.ts";
import { parseHead } from "./head.ts";

/**
 * What a line of a pull is, in the order in which a page holds them: epoch (epoch), erased (record, proof), withheld (record,
 * prefix), leave (record or grid, at), survey and form (id, version, body | gone), household and assignment (id, grid, body |
 * gone), visit, followup and candidate (as record, with household), stub (record, grid, case, form, status, digest, at),
 * record (record, grid, case, form, version, at, until, state). A newer server may send others, to be passed over.
 */
export type Kind =
  | "epoch" | "erased" | "withheld" | "leave" | "survey" | "form" | "household" | "assignment" | "visit" | "followup" | "candidate"
  | "stub" | "record" | (string & {});

/** One line of a pull. Members that were not sent are "", 0 or false. */
export interface PullLine {
  readonly kind: Kind;
  readonly epoch: string;
  readonly record: string;
  /** erased: handed back with the marker on a new epoch. */
  readonly proof: string;
  readonly prefix: string;
  readonly grid: string;
  readonly household: string;
  /** Case number; "" before one is drawn. */
  readonly case: string;
  readonly form: string;
  readonly version: string;
  /** stub: the shown status. */
  readonly status: string;
  /** stub: of the record's state, in hex; "" where none was sent. */
  readonly digest: string;
  /** Street sequence: of the leave, or of the last change of the record. */
  readonly at: number;
  /** ms: the phone keeps the state until then and a stub after it; 0 = no limit. */
  readonly until: number;
  /** Canonical JSON of a record's state, as sent. */
  readonly state: string;
  readonly id: string;
  /** It no longer concerns this phone; without an id: nothing of the kind does, what follows is all there is. */
  readonly gone: boolean;
  /** JSON object, as survey and forms define it, as sent. */
  readonly body: string;
}

/** The last line of a page. */
export interface PullEnd {
  readonly cursor: string;
  readonly more: boolean;
  /** grid → gridDigest; only where more is false. */
  readonly digest: ReadonlyMap<string, string>;
}

const texts = ["kind", "id", "epoch", "record", "proof", "prefix", "grid", "household", "case", "form", "version", "status"] as const;
type Text = (typeof texts)[number];

/**
 * Reads one line of a pull, or the last line. Members it does not know are passed over, kinds it does not know are handed on
 * for the caller to skip: servers get newer than phones. Codes: as the strict reader's, and malformed.
 */
export function parsePull(line: Uint8Array | string): { line: PullLine } | { end: PullEnd } {
  const op = "read pull";
  const r = new Reader(line, op, limits.stateKeys);
  const t: Record<Text, string> = { kind: "", id: "", epoch: "", record: "", proof: "", prefix: "", grid: "", household: "", case: "", form: "", version: "", status: "" };
  const l = { digest: "", at: 0, until: 0, gone: false, state: "", body: "" };
  const digest = new Map<string, string>();
  let cursor: string | undefined;
  let more = false;
  r.object((key) => {
    if ((texts as readonly string[]).includes(key)) {
      t[key as Text] = r.string();
      return;
    }
    switch (key) {
      case "digest":
        if (r.peek() === '"') l.digest = r.string();
        else r.object((grid) => digest.set(grid, r.string()));
        return;
      case "at":
        l.at = r.uint();
        return;
      case "until":
        l.until = r.int();
        return;
      case "gone":
        l.gone = r.bool();
        return;
      case "state":
      case "body":
        l[key] = r.raw();
        return;
      case "cursor":
        cursor = r.string();
        return;
      case "more":
        more = r.bool();
        return;
    }
    r.raw();
  });
  r.end();
  if (cursor !== undefined) return { end: { cursor, more, digest } };
  if (t.kind === "") fail("malformed", op, "a line without kind");
  if (l.digest !== "") parseHead(l.digest);
  return { line: { ...t, ...l } };
}
