// A server of a few lines behind fetch: enrols, takes pushes and packs, gives pulls, forms and files, takes uploads.

import { type Bytes, decode, hex, unhex } from "@ruhu/merge";
import { unbase64 } from "@ruhu/sync";
import { PackOffice } from "./packoffice.ts";

export const grid = "990101001201001";
export const xml = `<h:html><h:head><model><instance><data id="hh" version="1"/></instance><bind nodeset="/data/case_id"/><bind nodeset="/data/village_code"/><bind nodeset="/data/q1"/>
<bind nodeset="/data/q2"/><bind nodeset="/data/photo"/><bind nodeset="/data/m/age"/><instance id="trees" src="jr://file-csv/trees.csv"/></model></h:head><h:body><repeat nodeset="/data/m"/></h:body></h:html>`;
const visit = `<h:html>${["household", "village_code", "grid_code", "disposition"].map((n) => `<bind nodeset="/data/${n}"/>`).join("")}</h:html>`;

interface Upload {
  readonly name: string;
  readonly record: string;
  readonly size: number;
  bytes: Bytes;
}

type Trouble = "drop" | "lose" | undefined;

export class MiniServer {
  readonly office: PackOffice;
  readonly uploads = new Map<string, Upload>();
  readonly stored = new Map<string, Bytes>();
  /** What happens to a request, by its number; "lose": the answer gets lost. */
  trouble: (n: number, method: string, url: string) => Trouble = () => undefined;
  /** Answers instead of the usual one. */
  instead: (method: string, url: string) => Response | undefined = () => undefined;
  offline = false;
  time = Date.parse("2026-11-23T04:30:00Z");
  requests: string[] = [];
  erased: string[] = [];
  trees = "name,label\nt1,oak\n";
  readonly #codes = new Map<string, string>();

  private constructor(office: PackOffice) {
    this.office = office;
    const line = (kind: string, rest: object): string => JSON.stringify({ kind, ...rest }) + "\n";
    const form = (id: string, kind: string, stream: string, files: object[] = []): string =>
      line("form", { id, form: id, version: "1", body: { title: { zh: id, en: id }, kind, survey: "s", stream, closed: false, files } });
    office.extra = [
      line("survey", { id: "s", body: { title: { zh: "查", en: "S" }, state: "open", notice: { version: 1, hash: "h", zh: "告知", en: "notice" } } }),
      form("hh", "sentiment", "answers"), form("visit_log", "visit", "registry"), form("village_sheet", "village", "answers"), form("followup", "followup", "registry"),
      ...[1, 2, 3].map((n) => line("household", { id: `H${n}`, grid, body: { label: `蓝门${n}`, address: `秘密路${n}号` } })),
      ...[1, 2, 3].map((n) =>
        line("assignment", { id: `a${n}`, grid, body: { survey: "s", kind: "sentiment", due: "2026-12-01", form: "hh", household: `H${n}`, case: `CASE${n}` } }),
      ),
    ];
  }

  static async open(): Promise<MiniServer> {
    return new MiniServer(await PackOffice.open());
  }

  fetch: typeof fetch = async (input, init) => {
    const [url, method] = [String(input), init?.method ?? "GET"];
    const n = this.requests.push(`${method} ${url}`);
    const trouble = this.offline ? "drop" : this.trouble(n, method, url);
    if (trouble === "drop" || init?.signal?.aborted) throw new TypeError("no signal");
    const res = this.instead(method, url) ?? (await this.#answer(method, url, new Headers(init?.headers), init?.body ?? null));
    res.headers.set("Date", new Date(this.time).toUTCString());
    if (trouble === "lose") throw new TypeError("the answer got lost");
    return res;
  };

  async #answer(method: string, url: string, h: Headers, body: BodyInit | null): Promise<Response> {
    const path = url.split("?")[0]!;
    const bytes = async (): Promise<Bytes> => {
      const raw = new Uint8Array(await new Response(body).arrayBuffer());
      if (h.get("Content-Encoding") !== "gzip") return raw;
      return new Uint8Array(await new Response(new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
    };
    const json = (v: object, status = 200): Response => Response.json(v, { status });
    if (path === "/v1/devices") return this.#enrol(JSON.parse(decode(await bytes())!) as { code?: string; public_key: string });
    if (path === "/v1/auth/refresh") return json({ access_token: "t", refresh_token: "r", expires_in: 600 });
    if (path === "/v1/sync/push") {
      const b = await bytes();
      return new Response(this.office.push(h.get("Content-Type")?.includes("pack") ? await this.office.unpack(b) : b));
    }
    if (path === "/v1/sync/pull") return new Response(this.office.pull());
    if (path.endsWith("/phone.xml")) return new Response(path.includes("visit_log") || path.includes("followup") ? visit : xml);
    if (path === "/v1/entity-lists/trees/list.csv") {
      const tag = `"${this.trees.length}"`;
      return h.get("If-None-Match") === tag ? new Response(null, { status: 304 }) : new Response(this.trees, { headers: { ETag: tag } });
    }
    if (path.startsWith("/v1/attachments/")) return this.#tus(method, path, h, await bytes());
    if (method === "DELETE" && path.startsWith("/v1/records/")) {
      this.erased.push(path.slice("/v1/records/".length));
      return new Response(null, { status: 204 });
    }
    return problem("not-found", 404);
  }

  #enrol(b: { code?: string; public_key: string }): Response {
    const used = b.code === undefined ? undefined : this.#codes.get(b.code);
    if (used !== undefined && used !== b.public_key) return problem("code-used", 409);
    if (b.code !== undefined) this.#codes.set(b.code, b.public_key);
    const n = used === undefined ? ++this.office.enrolled : this.office.enrolled;
    return Response.json({
      device: `dv_${n}`, registry_device: `rg_${n}`, certificate: "c", access_token: "t", refresh_token: "r", expires_in: 600, worker: { id: `us_${n}`, name: "王" }, grids: [grid],
      epoch: this.office.epoch, server_key: Buffer.from(this.office.serverKey).toString("base64"),
    }, { status: 201 });
  }

  async #tus(method: string, path: string, h: Headers, body: Bytes): Promise<Response> {
    const id = path.slice("/v1/attachments/".length);
    if (method === "POST") {
      const meta = new Map((h.get("Upload-Metadata") ?? "").split(",").map((m) => [m.split(" ")[0], decode(unbase64(m.split(" ")[1] ?? "")!)]));
      const [name, record] = [meta.get("filename") ?? "", meta.get("record") ?? ""];
      if (![...(this.office.records.get(record)?.state.visible() ?? [])].some(([, w]) => w.value === name)) return problem("not-found", 404);
      const at = `up_${this.uploads.size}`;
      this.uploads.set(at, { name, record, size: Number(h.get("Upload-Length")), bytes: new Uint8Array(0) });
      return new Response(null, { status: 201, headers: { Location: `/v1/attachments/${at}` } });
    }
    const up = this.uploads.get(id);
    if (!up) return problem("not-found", 404);
    if (method === "PATCH") {
      if (Number(h.get("Upload-Offset")) !== up.bytes.length) return problem("conflict", 409);
      up.bytes = new Uint8Array([...up.bytes, ...body]);
      if (up.bytes.length === up.size) {
        const hash = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", up.bytes)));
        if (!up.name.includes(hash) || !unhex(hash)) {
          this.uploads.delete(id);
          return problem("invalid", 422);
        }
        this.stored.set(up.name, up.bytes);
      }
    }
    return new Response(null, { status: method === "PATCH" ? 204 : 200, headers: { "Upload-Offset": String(up.bytes.length) } });
  }
}

export function problem(code: string, status: number): Response {
  return Response.json({ code, status, title: code }, { status, headers: { "Content-Type": "application/problem+json" } });
}
