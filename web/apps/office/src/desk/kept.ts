// What the browser keeps for a person between two visits: choices of how to work, never an answer, a name or a filter.

const prefix = "ruhu.office.";

function read(name: string): string {
  try {
    return localStorage.getItem(prefix + name) ?? "";
  } catch {
    return ""; // private windows may refuse
  }
}

function write(name: string, value: string): void {
  try {
    if (value === "") localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, value);
  } catch {
    // it is a convenience
  }
}

export class Kept {
  /** The street chosen last: an area code. */
  get street(): string {
    const s = read("street");
    return /^[0-9]{9}$/.test(s) ? s : "";
  }
  set street(code: string) {
    write("street", code);
  }

  /** Single keys do nothing: for those whose software types them. */
  get keysOff(): boolean {
    return read("keys") === "off";
  }
  set keysOff(off: boolean) {
    write("keys", off ? "off" : "");
  }

  /** Text size in percent. */
  get scale(): string {
    const s = read("text");
    return s === "125" || s === "150" ? s : "100";
  }
  set scale(s: string) {
    write("text", s === "100" ? "" : s);
  }
}
