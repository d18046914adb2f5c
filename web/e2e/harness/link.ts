// The way between phone and server, which can be slow, cut, or gone, and can lose answers after the server has acted.

import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { Rng } from "./rng.ts";

export interface Cuts {
  readonly rng: Rng;
  /** A connection lives for so many bytes, drawn anew each time. */
  readonly from: number;
  readonly to: number;
}

/** A TCP proxy in front of the server, on a port that stays when the server moves. */
export class Link {
  /** What phones open: a secure context without a certificate. */
  readonly origin: string;
  /** Nothing gets through. */
  down = false;
  /** Added to every chunk, each way, ms. */
  latency = 0;
  cuts: Cuts | undefined;
  /** Connections that were cut, answers that were lost. */
  readonly count = { cut: 0, lost: 0, refused: 0 };
  /** Request lines that passed, newest last. */
  readonly seen: string[] = [];
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** Answers of the server by path that are given in another form. */
  readonly instead = new Map<string, string>();
  #lose: { readonly line: RegExp; times: number } | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.origin = `http://localhost:${port}`;
  }

  static async open(target: () => number): Promise<Link> {
    const server = createServer();
    server.listen(0, "localhost");
    await once(server, "listening");
    const link = new Link(server, (server.address() as { port: number }).port);
    server.on("connection", (phone) => link.#carry(phone, target()));
    return link;
  }

  /** Loses the answers to the next requests that begin with a line like this: the server has done what they ask. */
  loseAnswers(line: RegExp, times = 1): void {
    this.#lose = { line, times };
  }

  /** Answers that are still to be lost. */
  get toLose(): number {
    return this.#lose?.times ?? 0;
  }

  /** Cuts what is open now. */
  drop(): void {
    for (const s of this.#open) s.destroy();
  }

  /** No signal. */
  off(): void {
    this.down = true;
    this.drop();
  }

  on(): void {
    this.down = false;
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(phone: Socket, port: number): void {
    phone.on("error", () => undefined);
    if (this.down) {
      this.count.refused++;
      phone.resetAndDestroy();
      return;
    }
    const server = connect(port, "127.0.0.1");
    server.on("error", () => phone.destroy());
    for (const s of [phone, server]) {
      s.setNoDelay(true);
      this.#open.add(s);
      s.on("close", () => {
        this.#open.delete(s);
        phone.destroy();
        server.destroy();
      });
    }
    let left = this.cuts ? this.cuts.rng.int(this.cuts.from, this.cuts.to) : Infinity;
    let losing = false;
    const kill = (why: "cut" | "lost"): void => {
      this.count[why]++;
      phone.resetAndDestroy();
      server.destroy();
    };
    const pass = (to: Socket, chunk: Buffer): void => {
      if (left < chunk.length) {
        if (left > 0) to.write(chunk.subarray(0, left), () => kill("cut"));
        else kill("cut");
        left = 0;
        return;
      }
      left -= chunk.length;
      if (this.latency > 0) setTimeout(() => to.destroyed || to.write(chunk), this.latency);
      else to.write(chunk);
    };
    phone.on("data", (chunk) => {
      const line = /^(?:GET|POST|PATCH|HEAD|DELETE|PUT) [^\r\n]{0,300}/.exec(chunk.toString("latin1", 0, 400))?.[0];
      if (line !== undefined) {
        this.seen.push(line);
        if (this.seen.length > 5000) this.seen.splice(0, 1000);
        if (this.#lose && this.#lose.times > 0 && this.#lose.line.test(line)) {
          this.#lose.times--;
          losing = true;
        }
        const text = this.instead.get(line.split(" ")[1] ?? "");
        if (text !== undefined) {
          const body = Buffer.from(text);
          phone.end(`HTTP/1.1 200 OK\r\nContent-Type: text/javascript; charset=utf-8\r\nCache-Control: no-cache\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
          return;
        }
      }
      pass(server, chunk);
    });
    server.on("data", (chunk) => {
      if (losing) kill("lost");
      else pass(phone, chunk);
    });
  }
}
