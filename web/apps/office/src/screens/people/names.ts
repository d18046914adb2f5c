/** One line of a list of workers. */
export interface Named {
  readonly name: string;
  readonly grids: readonly string[];
}

export interface NameFault {
  /** From 1. */
  readonly line: number;
  readonly why: "noName" | "noGrid" | "badGrid";
  readonly about: string;
}

/** Reads workers typed or pasted: a name, then grid codes, with blanks, commas or tabs between. Empty lines do not count. */
export function readNames(text: string): { readonly list: readonly Named[]; readonly faults: readonly NameFault[] } {
  const list: Named[] = [];
  const faults: NameFault[] = [];
  text.split(/\r?\n/).forEach((raw, i) => {
    const words = raw.split(/[\s,，、;；]+/).filter(Boolean);
    if (words.length === 0) return;
    const line = i + 1;
    const first = words.findIndex((w) => /^[0-9]+$/.test(w));
    const name = words.slice(0, first < 0 ? words.length : first).join(" ");
    const grids = [...new Set(first < 0 ? [] : words.slice(first))];
    const bad = grids.find((g) => !/^[0-9]{15}$/.test(g));
    if (name === "") faults.push({ line, why: "noName", about: "" });
    else if (grids.length === 0) faults.push({ line, why: "noGrid", about: "" });
    else if (bad !== undefined) faults.push({ line, why: "badGrid", about: bad.slice(0, 20) });
    else list.push({ name, grids });
  });
  return { list, faults };
}
