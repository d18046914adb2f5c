// A server small enough to be right at sight: it takes what comes in order, merges it at once and shows everything to everybody.
// What a server really does is tried against the one in Go (sync/twin, internal/acceptance).

import { type Bytes, Coded, decode, decodeChangeSet, encode, gridDigest, hex, idOf, jsonString, nextHead, noHead, parsePush, State } from "@ruhu/merge";
import type { Answer, Credentials, Enrolment, Transport } from "../src/index.ts";

interface ServerLog {
  lines: string[];
  head: string;
}

export class Office {
  readonly logs = new Map<string, ServerLog>();
  readonly records = new Map<string, { state: State; grid: string; form: string; version: string }>();
  safe = 0;
  enrolled = 0;
  extra: string[] = [];
  epoch = "ep_1";
  /** What it says of every set instead of merging it. */
  refuse: "void" | undefined;
  /** What it says of grids instead of the truth. */
  lie: Record<string, string> | undefined;
  /** Pages end before their end. */
  cutPages = false;
  #told = "ep_1";
  readonly handedBack: [device: string, record: string, proof: string][] = [];

  /** Comes back from a backup in which there was nothing. */
  restore(epoch: string): void {
    this.epoch = epoch;
    this.logs.clear();
    this.records.clear();
  }

  log(device: string): ServerLog {
    let l = this.logs.get(device);
    if (!l) this.logs.set(device, (l = { lines: [], head: noHead }));
    return l;
  }

  push(body: Bytes): string {
    const p = parsePush(body);
    const l = this.log(p.device);
    let out = "";
    let seq = p.last;
    if (p.last > l.lines.length) {
      out += `{"status":"refused","code":"gap","have":${l.lines.length},"head":"${l.head}"}\n`;
      return out + this.#summary(l);
    }
    for (const i of p.items) {
      if (i.kind === "attest") {
        out += `{"attest":${i.attest.seq},"status":"stored"}\n`;
        continue;
      }
      if (i.kind === "erased") {
        this.handedBack.push([p.device, i.mark.record, i.mark.proof]);
        out += `{"erased":"${i.mark.record}","status":"stored"}\n`;
        continue;
      }
      if (i.kind === "void") {
        for (; seq < i.void.to; seq++) {
          l.lines.push("");
          l.head = nextHead(l.head, i.id);
        }
        out += `{"seq":${i.void.from},"to":${i.void.to},"id":"${i.id}","status":"void","code":"declared-void"}\n`;
        continue;
      }
      if (!i.set) throw new Error(`this office got what no phone may cut: ${i.code}`);
      seq++;
      const line = decode(body) ?? "";
      const text = line.split("\n").find((t) => t !== "" && idOf(t) === i.id)!;
      const before = l.lines[seq - 1];
      if (before !== undefined && idOf(before) !== i.id) {
        out += `{"seq":${seq},"id":"${i.id}","status":"refused","code":"fork"}\n`;
        continue;
      }
      if (before === undefined) {
        l.lines.push(text);
        l.head = nextHead(l.head, i.id);
        const c = decodeChangeSet(text);
        const r = this.records.get(c.record) ?? { state: new State(), grid: c.grid, form: c.form, version: c.version };
        this.records.set(c.record, r);
        if (!this.refuse) r.state.apply(c, c.at);
      }
      out += `{"seq":${seq},"id":"${i.id}","status":"${this.refuse ?? (before === undefined ? "merged" : "duplicate")}"}\n`;
    }
    return out + this.#summary(l);
  }

  #summary(l: ServerLog): string {
    const have = l.lines.length;
    return `{"have":${have},"want":${have + 1},"head":"${l.head}","safe":${this.safe},"epoch":"${this.epoch}","time":"2026-11-23T08:00:00Z"}\n`;
  }

  pull(): string {
    let out = `{"kind":"epoch","epoch":"${this.epoch}"}\n`.repeat(this.#told === this.epoch ? 0 : 1) + this.extra.join("");
    this.#told = this.epoch;
    const digests = new Map<string, string[]>();
    for (const [id, r] of this.records) {
      const head = `"record":"${id}","grid":"${r.grid}","form":"${r.form}","version":"${r.version}","at":1`;
      out += `{"kind":"record",${head},"state":${r.state.canonical()}}\n`;
      digests.set(r.grid, [...(digests.get(r.grid) ?? []), hex(r.state.digest())]);
    }
    const truth = Object.fromEntries([...digests].map(([g, d]) => [g, gridDigest(d)]));
    const sums = Object.entries(this.lie ?? truth).map(([g, d]) => `"${g}":${jsonString(d)}`);
    if (this.cutPages) return out;
    return `${out}{"cursor":"c${this.records.size}","more":false,"digest":{${sums.join(",")}}}\n`;
  }
}

/** A phone's way to an office, without a signal where offline. */
export class Line implements Transport {
  readonly office: Office;
  me: Credentials | undefined;
  offline = false;
  requests = 0;

  constructor(office: Office) {
    this.office = office;
  }

  bind(c: Credentials): void {
    this.me = c;
  }

  #answer(f: () => string): Promise<Answer> {
    this.requests++;
    if (this.offline) return Promise.reject(new Coded("busy", "line", "no signal"));
    const text = f();
    return Promise.resolve(
      (async function* () {
        await Promise.resolve();
        yield encode(text.slice(0, 7)); // lines do not come in one piece
        yield encode(text.slice(7));
      })(),
    );
  }

  push(_device: string, body: Bytes): Promise<Answer> {
    return this.#answer(() => this.office.push(body));
  }

  pushPack(): Promise<Answer> {
    return Promise.reject(new Error("this office opens no packs"));
  }

  pull(): Promise<Answer> {
    return this.#answer(() => this.office.pull());
  }

  enrol(): Promise<Enrolment> {
    const n = ++this.office.enrolled;
    return Promise.resolve({
      device: `dv_${n}`, registryDevice: `rg_${n}`, certificate: "c", worker: "us_1", workerName: "王", grids: ["990101001201001"], epoch: this.office.epoch, serverKey: undefined,
    });
  }

  fork(): Promise<Enrolment> {
    return this.enrol();
  }
}
