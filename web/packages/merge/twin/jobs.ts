// What the tests of sync/twin have both halves do.

import {
  Coded, decodeChangeSet, dotOf, encodeChangeSet, hex, idOf, join, parseAnswer, parsePath, parsePull, parsePush, parseState, State, stripValues, type VV,
  type ChangeSet, question, rowOf, enclosingRows, pathCovers, gridDigest, nextHead, noHead,
} from "../src/index.ts";

/** What to do with numbered states, step by step; sets are those of the job. */
export type Step =
  | { do: "apply"; state: number; set: number; eff: number }
  | { do: "void"; state: number; set: number }
  | { do: "withhold"; state: number; path: string }
  | { do: "erase"; state: number }
  | { do: "join"; state: number; a: number; b: number }
  | { do: "rename"; state: number; device: string; fork: number; gone?: number[]; to: string }
  | { do: "tell"; state: number };

export type Job =
  | { job: "history"; lines: string[]; steps: Step[] }
  | { job: "decode"; as: string; base64: string }
  | { job: "strip"; line: string; prefixes: string[] }
  | { job: "paths"; a: string; b: string }
  | { job: "grid"; digests: string[] }
  | { job: "heads"; ids: string[] };

function tell(s: State): unknown {
  const canonical = s.canonical();
  return {
    canonical,
    digest: hex(s.digest()),
    conflicts: s.conflicts(),
    visible: s.visible().map(([path, w]) => [path, w.value]),
    rows: s.repeats().map((repeat) => s.rowsOf(repeat)),
    live: s.liveDots().map((d) => [d.device, d.seq]),
    again: parseState(canonical).canonical() === canonical,
  };
}

/** Follows a script and tells what came of it. */
export function history(texts: string[], steps: Step[]): unknown[] {
  const sets = texts.map((line) => decodeChangeSet(line));
  const states: State[] = [];
  const at = (i: number): State => (states[i] ??= new State());
  const out: unknown[] = [];
  for (const step of steps) {
    const s = at(step.state);
    switch (step.do) {
      case "apply":
        s.apply(sets[step.set]!, step.eff);
        break;
      case "void":
        s.void(dotOf(sets[step.set]!));
        break;
      case "withhold":
        s.withhold(step.path);
        break;
      case "erase":
        s.erase();
        break;
      case "join":
        states[step.state] = join(at(step.a), at(step.b));
        break;
      case "rename":
        rename(s, step.device, step.fork, new Set(step.gone ?? []), step.to);
        break;
      case "tell":
        out.push(tell(s));
    }
  }
  return out;
}

function rename(s: State, device: string, fork: number, gone: ReadonlySet<number>, to: string): void {
  s.rename(
    (d) => {
      if (d.device !== device || d.seq <= fork) return d;
      return gone.has(d.seq) ? undefined : { device: to, seq: d.seq };
    },
    (vv: VV) => {
      const out = vv.clone();
      const seen = out.get(device) ?? 0;
      if (seen > fork) {
        out.delete(device);
        out.set(to, seen);
        if (fork > 0) out.set(device, fork);
      }
      return out;
    },
  );
}

function setText(c: ChangeSet | undefined): string {
  return c ? encodeChangeSet(c) : "";
}

/** The value that bytes are read as, in the form both halves write it. */
export function decode(as: string, b: Uint8Array): unknown {
  switch (as) {
    case "set":
      return { id: idOf(b), text: encodeChangeSet(decodeChangeSet(b)) };
    case "state":
      return parseState(b).canonical();
    case "path": {
      const p = parsePath(Buffer.from(b).toString("utf8"));
      return [question(p), rowOf(p).repeat, rowOf(p).id, ...enclosingRows(p)];
    }
    case "push": {
      const p = parsePush(b);
      const items = p.items.map((i) => {
        if (i.kind === "set") return [i.kind, i.id, i.code ?? "", setText(i.set)];
        if (i.kind === "void") return [i.kind, i.id, i.void.why, i.void.from, i.void.to];
        if (i.kind === "erased") return [i.kind, i.id, i.mark.record, i.mark.proof];
        return [i.kind, i.id, i.attest.seq, i.attest.head, i.attest.sig];
      });
      return [p.device, p.cursor, p.last, p.head, ...items];
    }
    case "pull": {
      const p = parsePull(b);
      if ("end" in p) return [p.end.cursor, p.end.more, [...p.end.digest].sort((x, y) => Buffer.compare(Buffer.from(x[0]), Buffer.from(y[0])))];
      const l = p.line;
      return [
        l.kind, l.epoch, l.record, l.proof, l.prefix, l.grid, l.household, l.case, l.form, l.version, l.status, l.digest, l.at, l.until, l.state, l.id, l.gone, l.body,
      ];
    }
    case "answer": {
      const a = parseAnswer(b);
      if ("summary" in a) return [a.summary.have, a.summary.want, a.summary.head, a.summary.safe, a.summary.epoch, a.summary.time];
      const v = a.verdict;
      return [v.seq, v.to, v.id, v.status, v.code, v.attest, v.erased, v.placed ? [v.placed.have, v.placed.head] : null];
    }
  }
  throw new Error(`no decoder ${as}`);
}

/** Does a job. */
export function run(j: Job): unknown {
  switch (j.job) {
    case "history":
      return history(j.lines, j.steps);
    case "decode":
      try {
        return { value: decode(j.as, new Uint8Array(Buffer.from(j.base64, "base64"))) };
      } catch (err) {
        if (err instanceof Coded) return { code: err.code };
        throw err;
      }
    case "strip":
      return encodeChangeSet(stripValues(decodeChangeSet(j.line), j.prefixes));
    case "paths":
      return pathCovers(j.a, j.b);
    case "grid":
      return gridDigest(j.digests);
    case "heads":
      return j.ids.reduce(nextHead, noHead);
  }
}
