// The real program on a folder of its own, with people, a frame, and a way to it that can be made bad.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { areasCSV, type Frame, gridOf, householdsCSV, instruments, type SurveyForm, street, surveyYAML } from "./frame.ts";
import { Link } from "./link.ts";
import { Office } from "./office.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const password = "walk-every-house";

/** The program: RUHU_BIN, or bin/ruhu. */
export const program = resolve(repository, process.env["RUHU_BIN"] ?? "bin/ruhu");

export interface OwnForm extends SurveyForm {
  readonly xml: string;
  /** Files beside it. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface SiteOptions extends Frame {
  /** Beside the seven instruments. */
  readonly forms?: readonly OwnForm[];
}

export interface Enrolment {
  readonly code: string;
  readonly url: string;
  readonly worker: string;
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

export class Site {
  readonly dir: string;
  readonly link: Link;
  readonly #port: number;
  readonly #offices = new Map<string, Office>();
  #server: ChildProcess | undefined;
  #said = "";

  private constructor(dir: string, port: number, link: Link) {
    [this.dir, this.#port, this.link] = [dir, port, link];
  }

  static async start(o: SiteOptions): Promise<Site> {
    if (!existsSync(program)) throw new Error(`${program} is not there: make build`);
    const dir = await mkdtemp(join(tmpdir(), "ruhu-e2e-"));
    const port = await freePort();
    const site = new Site(dir, port, await Link.open(() => port));
    try {
      await site.#fill(o);
      await site.serve();
    } catch (err) {
      await site.close();
      throw err;
    }
    return site;
  }

  get data(): string {
    return join(this.dir, "data");
  }

  /** The server without the link between. */
  get base(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Runs a command on the folder and returns what it prints, one value a line. */
  async cli(args: readonly string[], input = ""): Promise<Record<string, unknown>[]> {
    const out = await new Promise<string>((done, fail) => {
      const p = execFile(program, [...args, "--json", "--data", this.data], { maxBuffer: 64 << 20 }, (err, stdout, stderr) => {
        if (err) fail(new Error(`ruhu ${args.join(" ")}: ${stderr || stdout}`));
        else done(stdout);
      });
      p.stdin?.end(input);
    });
    return out.split("\n").filter((l) => l.startsWith("{")).map((l) => JSON.parse(l) as Record<string, unknown>);
  }

  /** A command with a file that holds text. */
  async with(args: readonly string[], name: string, text: string | Uint8Array): Promise<void> {
    const file = join(this.dir, name);
    await writeFile(file, text);
    await this.cli([...args, file]);
  }

  async #fill(o: SiteOptions): Promise<void> {
    await this.with(["area", "import"], "areas.csv", areasCSV(o));
    for (const f of instruments) await this.cli(["form", "add", join(repository, "schema/instruments", `${f.id}.xlsx`)]);
    for (const f of o.forms ?? []) await this.addForm(f);
    await this.with(["survey", "add"], "survey.yaml", surveyYAML([...instruments, ...(o.forms ?? [])]));
    await this.with(["household", "import"], "households.csv", householdsCSV(o));
    await this.cli(["survey", "open", "e2e-2026"]);
    const people: [string, string, string][] = [["admin", "admin", ""], ["reviewer", "reviewer", street], ["registrar", "registrar", street]];
    for (const [login, role, area] of people) await this.cli(["user", "add", login, "--role", role, "--password-stdin", ...(area ? ["--area", area] : [])], `${password}\n`);
  }

  async addForm(f: Pick<OwnForm, "id" | "xml" | "files">): Promise<void> {
    const beside = Object.entries(f.files ?? {});
    for (const [name, text] of beside) await writeFile(join(this.dir, name), text);
    await this.with(["form", "add", ...beside.flatMap(([name]) => ["--attach", join(this.dir, name)])], `${f.id}.xml`, f.xml);
  }

  /** Begins to serve, or serves again. */
  async serve(): Promise<void> {
    const p = spawn(program, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.#port}`, "--public-url", this.link.origin], { stdio: ["ignore", "pipe", "pipe"] });
    this.#server = p;
    p.stderr.on("data", (b: Buffer) => (this.#said += b.toString()));
    await new Promise<void>((done, fail) => {
      p.stdout.on("data", (b: Buffer) => b.toString().includes("ruhu serves") && done());
      p.on("exit", (code) => fail(new Error(`ruhu serve ended with ${code}: ${this.#said}`)));
    });
  }

  /** What the program complained of. */
  get said(): string {
    return this.#said;
  }

  /** Ends the server; hard = as if the power went. */
  async stop(hard = false): Promise<void> {
    const p = this.#server;
    this.#server = undefined;
    if (!p || p.exitCode !== null) return;
    p.kill(hard ? "SIGKILL" : "SIGTERM");
    await once(p, "exit");
  }

  async restart(between?: () => Promise<void>): Promise<void> {
    await this.stop();
    this.link.drop();
    await between?.();
    await this.serve();
    for (const o of this.#offices.values()) await o.signIn();
  }

  office(login: "admin" | "reviewer" | "registrar"): Office {
    const known = this.#offices.get(login) ?? new Office(() => this.base, login, password);
    this.#offices.set(login, known);
    return known;
  }

  /** A code for a new worker, or for a further phone of one. */
  async enrol(who: { readonly name: string } | { readonly worker: string }, grids: readonly string[] = [gridOf(0)]): Promise<Enrolment> {
    const args = "name" in who ? ["--name", who.name] : ["--worker", who.worker];
    const [e] = await this.cli(["enrol", ...args, "--grid", grids.join(","), "--public-url", this.link.origin]);
    return e as unknown as Enrolment;
  }

  /** Gives grids to workers: [grid or household, worker, form]. */
  async assign(rows: readonly (readonly [string, string, string])[], due = "2099-12-20"): Promise<void> {
    const column = (rows[0]?.[0].length ?? 15) > 15 ? "household" : "grid";
    await this.with(["assign"], "assign.csv", [`${column},worker,form,due`, ...rows.map((r) => [...r, due].join(","))].join("\n") + "\n");
  }

  /** Reads everything: nothing may be other than it was written. */
  async verify(): Promise<void> {
    const [report] = await this.cli(["verify"]);
    if (report?.["ok"] !== true) throw new Error(`ruhu verify: ${JSON.stringify(report)}`);
  }

  /** A copy of the folder as it is; the server must be stopped. */
  async copyData(to: string): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await cp(this.data, to, { recursive: true });
  }

  async close(): Promise<void> {
    await this.stop();
    await this.link.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}
