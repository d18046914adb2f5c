// A server with the demo district, for all tests of the console: filled once, through the real sync.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Office } from "../harness/office.ts";
import { program } from "../harness/site.ts";

export const password = "walk-every-house";
export const street = "990101001";

export type Login = "admin" | "office" | "registrar" | "researcher" | "viewer" | "auditor";

export const logins: readonly Login[] = ["admin", "office", "registrar", "researcher", "viewer", "auditor"];

export interface Demo {
  readonly base: string;
  readonly data: string;
  /** The routes of the contract, as somebody. */
  as(login: string): Office;
  /** Runs a command on the folder. */
  run(...args: string[]): Promise<string>;
  /** Ends and begins the server again. */
  restart(): Promise<void>;
}

let going: Promise<Demo> | undefined;

/** The district; it is begun at the first call and ends with the tests. */
export function demo(): Promise<Demo> {
  going ??= begin(Number(process.env["RUHU_E2E_INTERVIEWS"] ?? 1000));
  return going;
}

async function begin(interviews: number): Promise<Demo> {
  const data = await mkdtemp(join(tmpdir(), "ruhu-e2e-office-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  process.on("exit", () => {
    server?.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  });
  const serve = async (): Promise<void> => {
    const p = spawn(program, ["demo", "--data", data, "--listen", `127.0.0.1:${port}`, "--interviews", String(interviews)], { stdio: ["ignore", "pipe", "pipe"] });
    server = p;
    let said = "";
    p.stderr.on("data", (b: Buffer) => (said += b.toString()));
    await new Promise<void>((done, fail) => {
      p.stdout.on("data", (b: Buffer) => {
        said += b.toString();
        if (said.includes("Ctrl-C ends it")) done();
      });
      p.on("exit", (code) => fail(new Error(`ruhu demo ended with ${code}: ${said}`)));
    });
  };
  await serve();
  const offices = new Map<string, Office>();
  return {
    base, data,
    as(login) {
      const o = offices.get(login) ?? new Office(() => base, login, password);
      offices.set(login, o);
      return o;
    },
    async run(...args) {
      const p = spawn(program, [...args, "--data", data], { stdio: ["pipe", "pipe", "pipe"] });
      let out = "";
      p.stdout.on("data", (b: Buffer) => (out += b.toString()));
      p.stderr.on("data", (b: Buffer) => (out += b.toString()));
      p.stdin.end(`${password}\n`);
      const [code] = (await once(p, "exit")) as [number];
      if (code !== 0) throw new Error(`ruhu ${args.join(" ")}: ${out}`);
      return out;
    },
    async restart() {
      const p = server;
      server = undefined;
      if (p && p.exitCode === null) {
        p.removeAllListeners("exit");
        p.kill("SIGTERM");
        await once(p, "exit");
      }
      await serve();
      offices.clear();
    },
  };
}

async function freePort(): Promise<number> {
  const s = createServer();
  s.listen(0, "127.0.0.1");
  await once(s, "listening");
  const { port } = s.address() as { port: number };
  s.close();
  await once(s, "close");
  return port;
}
