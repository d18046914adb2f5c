// Writes XForms for tests: every control there is, or as many questions and choices as a budget is about.

export interface Item {
  readonly name: string;
  /** XForms type; "" for none. */
  readonly type?: string;
  readonly zh: string;
  readonly en: string;
  readonly control: "input" | "select1" | "select" | "upload" | "range" | "rank" | "trigger" | "note" | "group" | "repeat" | "calculate";
  readonly appearance?: string;
  /** Further attributes of the body element. */
  readonly attrs?: Readonly<Record<string, string>>;
  readonly mediatype?: string;
  /** Name of a list. */
  readonly list?: string;
  /** XPath predicate over the list's items. */
  readonly filter?: string;
  readonly relevant?: string;
  readonly constraint?: string;
  readonly required?: boolean;
  readonly calculate?: string;
  readonly items?: readonly Item[];
}

export interface Choice {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly more?: Readonly<Record<string, string>>;
}

export interface FormSpec {
  readonly id: string;
  readonly version: string;
  readonly zh: string;
  readonly items: readonly Item[];
  readonly lists?: Readonly<Record<string, readonly Choice[]>>;
  /** Lists that come as CSV files beside the form: name and label columns. */
  readonly csv?: readonly string[];
}

const xml = (s: string): string => s.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

export function xform(f: FormSpec): string {
  const binds: string[] = [];
  const texts: { id: string; zh: string; en: string }[] = [];
  const label = (id: string, zh: string, en: string): string => {
    texts.push({ id, zh, en });
    return `<label ref="jr:itext('${id}')"/>`;
  };
  const model = (items: readonly Item[]): string => items.map((i) => (i.control === "group" ? `<${i.name}>${model(i.items ?? [])}</${i.name}>` : i.control === "repeat" ? `<${i.name} jr:template="">${model(i.items ?? [])}</${i.name}>` : `<${i.name}/>`)).join("");
  const bind = (i: Item, at: string): void => {
    const rules = [
      i.type && `type="${i.type}"`, i.relevant && `relevant="${xml(i.relevant)}"`, i.constraint && `constraint="${xml(i.constraint)}"`, i.required && `required="true()"`,
      i.calculate && `calculate="${xml(i.calculate)}"`, i.control === "note" && `readonly="true()"`,
    ].filter(Boolean);
    if (rules.length > 0) binds.push(`<bind nodeset="${at}" ${rules.join(" ")}/>`);
  };
  const choices = (i: Item): string => {
    const file = f.csv?.includes(i.list ?? "");
    return `<itemset nodeset="instance('${i.list}')/root/item${i.filter ? `[${xml(i.filter)}]` : ""}"><value ref="name"/><label ref="${file ? "label" : "jr:itext(itextId)"}"/></itemset>`;
  };
  const body = (items: readonly Item[], parent: string): string =>
    items
      .map((i) => {
        const at = `${parent}/${i.name}`;
        bind(i, at);
        const attrs = Object.entries({ ...(i.appearance && { appearance: i.appearance }), ...i.attrs }).map(([k, v]) => ` ${k}="${xml(v)}"`).join("");
        const words = (): string => label(at, i.zh, i.en);
        switch (i.control) {
          case "calculate": return "";
          case "note":
          case "input": return `<input ref="${at}"${attrs}>${words()}</input>`;
          case "trigger": return `<trigger ref="${at}"${attrs}>${words()}</trigger>`;
          case "range": return `<range ref="${at}"${attrs}>${words()}</range>`;
          case "upload": return `<upload ref="${at}" mediatype="${i.mediatype}"${attrs}>${words()}</upload>`;
          case "rank": return `<odk:rank ref="${at}"${attrs}>${words()}${choices(i)}</odk:rank>`;
          case "select1":
          case "select": return `<${i.control} ref="${at}"${attrs}>${words()}${choices(i)}</${i.control}>`;
          case "group": return `<group ref="${at}"${attrs}>${words()}${body(i.items ?? [], at)}</group>`;
          case "repeat": return `<group ref="${at}">${words()}<repeat nodeset="${at}"${attrs}>${body(i.items ?? [], at)}</repeat></group>`;
        }
      })
      .join("\n");
  const root = "/data";
  const controls = body(f.items, root);
  const lists = Object.entries(f.lists ?? {}).map(([name, list]) => {
    const items = list.map((c, n) => {
      texts.push({ id: `${name}-${n}`, zh: c.zh, en: c.en });
      return `<item><itextId>${name}-${n}</itextId><name>${xml(c.name)}</name>${Object.entries(c.more ?? {}).map(([k, v]) => `<${k}>${xml(v)}</${k}>`).join("")}</item>`;
    });
    return `<instance id="${name}"><root>${items.join("")}</root></instance>`;
  });
  const files = (f.csv ?? []).map((name) => `<instance id="${name}" src="jr://file-csv/${name}.csv"/>`);
  const language = (name: string, of: "zh" | "en", first: string): string => `<translation lang="${name}"${first}>${texts.map((t) => `<text id="${xml(t.id)}"><value>${xml(t[of])}</value></text>`).join("")}</translation>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<h:head><h:title>${xml(f.zh)}</h:title><model odk:xforms-version="1.0.0">
<itext>${language("中文 (zh)", "zh", ' default="true()"')}${language("English (en)", "en", "")}</itext>
<instance><data id="${f.id}" version="${f.version}">${model(f.items)}<meta><instanceID/></meta></data></instance>
${lists.join("\n")}${files.join("\n")}
${binds.join("\n")}
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>
</model></h:head>
<h:body class="pages">${controls}</h:body></h:html>
`;
}
