/**
 * A failure with a code of the server's catalogue (internal/errs): what went wrong as a machine reads it. The message is
 * English, for a log, and never holds an answer.
 */
export class Coded extends Error {
  readonly code: string;
  readonly op: string;

  constructor(code: string, op: string, message: string, cause?: unknown) {
    super(op === "" ? message : `${op}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = "Coded";
    this.code = code;
    this.op = op;
  }
}

/** The code of an error; "internal" where it has none. */
export function codeOf(err: unknown): string {
  return err instanceof Coded ? err.code : "internal";
}

/** err with another operation around it; its code stays. */
export function wrap(op: string, err: unknown): Coded {
  return new Coded(codeOf(err), op, err instanceof Error ? err.message : String(err), err);
}

/** Throws an error with a code. */
export function fail(code: string, op: string, message: string): never {
  throw new Coded(code, op, message);
}
