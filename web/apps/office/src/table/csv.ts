/** One cell. A text that a spreadsheet would take for a formula gets an apostrophe; codes of digits stay text in it. */
function cell(text: string): string {
  let out = text.replace(/\r\n?/g, "\n");
  if (/^[=+\-@\t]/.test(out) && !/^-?[0-9]+(\.[0-9]+)?$/.test(out)) out = `'${out}`;
  return /[",\n]/.test(out) || out !== out.trim() ? `"${out.replaceAll('"', '""')}"` : out;
}

/** A table as CSV that spreadsheets of both worlds open: UTF-8 with its mark, CRLF. */
export function csvOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return "\uFEFF" + [head, ...rows].map((r) => r.map(cell).join(",") + "\r\n").join("");
}

/** Hands a file to the person; the bytes never leave the browser. */
export function save(name: string, content: BlobPart, kind: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: kind }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
