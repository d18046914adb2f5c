import { type Cell, type ChangeSet } from "../changeset.ts";
import { VV } from "../dot.ts";
import { Coded, codeOf, fail } from "../errs.ts";
import * as limits from "../limits.ts";
import { enclosingRows, isRow, parsePath } from "../path.ts";
import { caseVariants, Reader, simpleLower } from "../strictjson.ts";
import { byteLength, compare } from "../utf8.ts";
import { isArea, isDevice, isID, isNonce, isText, isValue } from "./names.ts";

const op = "decode change set";

const required = ["v", "device", "seq", "epoch", "at", "nonce", "record", "form", "version", "grid"];
const known = new Set([...required, "ctx", "set", "add", "del"]);

/**
 * Reads one line of a push, without its newline, as strictly as the server: what it accepts is merged there, and what it
 * refuses is void there, with the same code. Codes: malformed, limit, duplicate-key, bad-utf8, unsafe-number, too-deep.
 */
export function decodeChangeSet(line: Uint8Array | string): ChangeSet {
  const size = typeof line === "string" ? byteLength(line) : line.length;
  if (size > limits.lineBytes) fail("limit", op, `more than ${limits.lineBytes} bytes`);
  return new Decoder(line).decode();
}

class Decoder {
  readonly #r: Reader;
  readonly #seen = new Set<string>();
  readonly #c: ChangeSet = {
    device: "", seq: 0, epoch: "", at: 0, nonce: "", record: "", form: "", version: "", grid: "", ctx: new VV(), set: [], add: [], del: [],
  };

  constructor(line: Uint8Array | string) {
    this.#r = new Reader(line, op);
  }

  decode(): ChangeSet {
    this.#r.object((name) => this.#member(name));
    this.#r.end();
    if (required.some((name) => !this.#seen.has(name))) fail("malformed", op, "a required member is missing");
    this.#finish();
    return this.#c;
  }

  #member(name: string): void {
    const [r, c] = [this.#r, this.#c];
    if (!known.has(name)) {
      if (byteLength(name) <= "version".length && known.has(simpleLower(name))) r.fail("a key in another case", "duplicate-key");
      r.fail("a key that no change set has");
    }
    if (this.#seen.has(name)) r.fail("a key twice", "duplicate-key");
    this.#seen.add(name);
    switch (name) {
      case "v":
        if (r.uint() !== 1) r.fail("v is not 1");
        break;
      case "device":
        c.device = this.#name(isDevice);
        break;
      case "seq":
        c.seq = r.uint();
        if (c.seq === 0) r.fail("seq is 0");
        break;
      case "epoch":
        c.epoch = this.#name(isID);
        break;
      case "at":
        c.at = r.int();
        break;
      case "nonce":
        c.nonce = this.#name(isNonce);
        break;
      case "record":
        c.record = this.#name(isID);
        break;
      case "form":
        c.form = this.#name(isText);
        if (c.form === "") r.fail("no form");
        break;
      case "version":
        c.version = this.#name(isText);
        break;
      case "grid":
        c.grid = this.#name(isArea);
        break;
      case "ctx":
        this.#ctx();
        break;
      case "set":
        this.#set();
        break;
      case "add":
        c.add = this.#rows();
        break;
      case "del":
        c.del = this.#rows();
        break;
    }
  }

  /** Reads a string of at most limits.idBytes that ok accepts. */
  #name(ok: (s: string) => boolean): string {
    const s = this.#r.string();
    if (byteLength(s) > limits.idBytes) this.#r.fail("an id or name is too long", "limit");
    if (!ok(s)) this.#r.fail("an id or name is not right");
    return s;
  }

  #ctx(): void {
    const [r, ctx] = [this.#r, this.#c.ctx];
    r.object((device) => {
      if (byteLength(device) > limits.idBytes) r.fail("an id is too long", "limit");
      if (!isDevice(device)) r.fail("a context names no device");
      if (ctx.has(device)) r.fail("a device twice in a context", "duplicate-key");
      if (ctx.size === limits.ctxEntries) r.fail("too many entries in a context", "limit");
      const seq = r.uint();
      if (seq === 0) r.fail("a context names seq 0");
      ctx.set(device, seq);
    });
    if (caseVariants([...ctx.keys()])) r.fail("devices that differ only in case", "duplicate-key");
  }

  #ops(): number {
    return this.#c.set.length + this.#c.add.length + this.#c.del.length;
  }

  #path(s: string): string {
    try {
      return parsePath(s);
    } catch (err) {
      return this.#r.fail("a path is not right", codeOf(err));
    }
  }

  #set(): void {
    const r = this.#r;
    r.object((path) => {
      if (this.#ops() === limits.changeOps) r.fail("writes too much", "limit");
      if (isRow(this.#path(path))) r.fail("a row has no value of its own");
      let value: string | null = null;
      if (!r.null()) {
        value = r.string();
        if (byteLength(value) > limits.longValueBytes) r.fail("a value is too long", "limit");
        if (!isValue(value)) r.fail("a value holds a character that no form can carry");
      }
      this.#c.set.push({ path, value });
    });
  }

  #rows(): string[] {
    const r = this.#r;
    const rows: string[] = [];
    r.array(() => {
      if (this.#ops() + rows.length >= limits.changeOps) r.fail("writes too much", "limit");
      const s = r.string();
      if (!isRow(this.#path(s))) r.fail("only rows are added and deleted");
      rows.push(s);
    });
    return rows;
  }

  /** Sorts what was read and checks what needs all of it. */
  #finish(): void {
    const c = this.#c;
    c.set.sort((a: Cell, b: Cell) => compare(a.path, b.path));
    const paths = c.set.map((cell) => cell.path);
    if (new Set(paths).size < paths.length) fail("duplicate-key", op, "a path twice");
    if (caseVariants(paths)) fail("duplicate-key", op, "paths that differ only in case");
    for (const rows of [c.add, c.del]) {
      rows.sort(compare);
      if (new Set(rows).size < rows.length) fail("duplicate-key", op, "a row twice");
    }
    if (this.#ops() === 0) fail("malformed", op, "writes nothing");
    if ((c.ctx.get(c.device) ?? 0) >= c.seq) fail("malformed", op, "has seen itself");
    const gone = new Set(c.del);
    const within = [...paths.flatMap(enclosingRows), ...c.add.flatMap((row) => [row, ...enclosingRows(row)])];
    if (within.some((row) => gone.has(row))) fail("malformed", op, "deletes a row and writes in it");
  }
}

/** decodeChangeSet for a log: undefined where no server would take the line. */
export function tryDecode(line: Uint8Array | string): ChangeSet | undefined {
  try {
    return decodeChangeSet(line);
  } catch (err) {
    if (err instanceof Coded) return undefined;
    throw err;
  }
}

