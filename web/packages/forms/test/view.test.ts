// @vitest-environment jsdom
import "./setup.ts";
import { enableAutoUnmount, flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FormSession, openForm, type OpenOptions } from "../src/index.ts";
import { FormView } from "../src/view.ts";
import { everything, villagesCsv } from "./everything.ts";
import { form } from "./forms.ts";

enableAutoUnmount(afterEach);

let session: FormSession;
let view: VueWrapper;

async function show(formXml: string, props: Record<string, unknown> = {}, options: Partial<OpenOptions> = {}): Promise<void> {
  session = await openForm({ formXml, language: "en", files: async (n) => (n === "villages.csv" ? new Blob([villagesCsv(20)]) : undefined), ...options });
  view = mount(FormView, { attachTo: document.body, props: { session, language: "en", ...props } as never });
  await flushPromises();
}

async function press(text: string, root: Element = document.body): Promise<void> {
  const found = [...root.querySelectorAll("button")].find((b) => b.textContent?.includes(text) || b.getAttribute("aria-label")?.includes(text));
  if (!found) throw new Error(`no button ${text} in ${root.textContent}`);
  found.click();
  await flushPromises();
}

const at = (path: string): HTMLElement | null => [...document.querySelectorAll<HTMLElement>("[data-path]")].find((e) => e.dataset["path"] === path) ?? null;

async function fill(path: string, text: string): Promise<void> {
  const field = at(path)?.querySelector<HTMLInputElement>("input, textarea");
  if (!field) throw new Error(`no field ${path}`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("blur"));
  await flushPromises();
}

async function forward(): Promise<void> {
  document.querySelector<HTMLButtonElement>(".rf-foot .rf-main")?.click();
  await flushPromises();
}

async function clean(): Promise<void> {
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`)).toEqual([]);
}

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  };
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
});

test("rows: a list, each with a page of its own, and asked before one goes", async () => {
  await show(everything(), { start: { rows: [], page: "p5" } });
  expect(document.body.textContent).toContain("Nothing here yet");
  await press("Add an entry");
  expect(document.querySelector("h1")?.textContent).toBe("Members of the household · Entry 1");
  expect(document.activeElement).toBe(document.querySelector("h1"));
  const row = session.repeat("members")!.rows[0]!.path;
  await fill(`${row}/m_name`, "Old Zhang");
  await fill(`${row}/m_age`, "7x");
  await forward();
  expect(at(`${row}/m_age`)?.textContent).toContain("whole number");
  await forward();
  expect(at(row)?.textContent).toContain("Old Zhang");
  expect(at(row)?.textContent).toContain("1 to look at");
  await clean();
  await press("Delete this entry 1");
  await press("Keep");
  expect(session.rows()["members"]).toHaveLength(1);
  await press("Delete this entry 1");
  await press("Delete", at(row)!);
  expect(session.rows()["members"]).toEqual([]);
});

test("the end: what is missing is jumped to, and done only when nothing is", async () => {
  await show(everything(), { start: { rows: [], page: "end" } });
  const row = session.addRow("members")!;
  await flushPromises();
  expect(document.querySelectorAll(".rf-errors li")).toHaveLength(2);
  expect(document.querySelector<HTMLButtonElement>(".rf-foot .rf-main")?.disabled).toBe(true);
  await clean();
  await press("Members of the household › Entry 1 › Called");
  expect(at(`${row}/m_name`)?.querySelector("input")).toBe(document.activeElement);
  expect(at(`${row}/m_name`)?.textContent).toContain("This question needs an answer");
  session.set(`${row}/m_name`, "A");
  session.set("name", "G");
  await view.setProps({} as never);
  await press("To the list");
  await forward();
  expect(document.body.textContent).toContain("Everything that needs an answer has one.");
  await press("Done");
  await flushPromises();
  const done = view.emitted("done")?.[0]?.[0] as { values: Record<string, string>; rows: Record<string, string[]>; xml: string };
  expect(done.values).toMatchObject({ name: "G", [`${row}/m_name`]: "A" });
  expect(done.rows["members"]).toHaveLength(1);
  expect(done.xml).toContain("<name>G</name>");
});

test("contents: pages to jump to, and the form's language", async () => {
  await show(everything());
  await press("Contents");
  await clean();
  const select = document.querySelector<HTMLSelectElement>(".rf-sheet select")!;
  select.value = "中文 (zh)";
  select.dispatchEvent(new Event("change"));
  await flushPromises();
  expect(view.emitted("change")).toContainEqual([""]);
  await press("第3部分");
  expect(document.querySelector(".rf-sheet")).toBeNull();
  expect(document.querySelector("h1")?.textContent).toBe("第3部分");
  expect(view.get(".rf").attributes("lang")).toBe("zh");
});

test("a conflict shows both answers; choosing one, keeping one, or answering anew settles it", async () => {
  const conflicts = { road: [{ value: "1", mine: true, who: "Zhang", when: "08:05" }, { value: "4", mine: false, who: "Li" }], name: [{ value: "G", mine: true }, { value: "", mine: false }], water: [{ value: "2", mine: true }, { value: "3", mine: false }] };
  const comments = { people: [{ text: "Please <b>check</b>", who: "Wang" }] };
  await show(everything(), { conflicts, comments });
  session.set("road", "1");
  session.set("name", "G");
  await flushPromises();
  expect(at("people")?.querySelector(".rf-comments")?.textContent).toContain("Please <b>check</b>");
  expect(at("people")?.querySelector("b")).toBeNull();
  expect(at("name")?.textContent).toContain("(no answer)");
  await press("Choose this", at("name")!); // the answer that stands there already
  expect(view.emitted("settle")).toEqual([["name"]]);
  expect(session.values()["name"]).toBe("G");
  await clean();
  await forward();
  await press("Choose this", at("road")!.querySelectorAll<HTMLElement>(".rf-rival")[1]!);
  expect(session.values()["road"]).toBe("4");
  const other = at("water")!.querySelector<HTMLInputElement>('input[value="5"]')!;
  other.checked = true;
  other.dispatchEvent(new Event("change", { bubbles: true }));
  await flushPromises();
  expect(view.emitted("settle")).toEqual([["name"], ["road"], ["water"]]);
  expect(at("road")?.textContent).toContain("Chosen");
});

test("read only: answers as words, nothing to touch", async () => {
  const first = await openForm({ formXml: everything() });
  first.set("road", "4");
  first.set("people", "3");
  await show(everything(), { readonly: true }, { instanceXml: first.draftXml() });
  expect(at("people")?.querySelector("input")).toBeNull();
  expect(at("people")?.textContent).toContain("3");
  await forward();
  expect(at("road")?.textContent).toContain("Not much");
  expect(document.querySelectorAll(".rf-page input, .rf-page select")).toHaveLength(0);
  await clean();
  for (let i = 0; i < 5; i++) await forward();
  expect([...document.querySelectorAll("button")].some((b) => b.textContent?.includes("Done"))).toBe(false);
});

test("answered by oneself: large, no way back, nothing left out", async () => {
  await show(everything(), { selfAnswer: true });
  expect(view.get(".rf").classes()).toContain("rf-self");
  expect(document.body.textContent).not.toContain("Contents");
  await forward();
  await forward();
  await forward();
  expect(at("name")).not.toBeNull();
  await fill("name", "G");
  await forward();
  expect(at("road")).not.toBeNull();
  expect(document.body.textContent).not.toContain("Back");
});

test("a quick answer turns the page, and a page that does not apply any more gives way", async () => {
  const xml = form("<a/><b/><c/>", `<bind nodeset="/data/a" type="string"/><bind nodeset="/data/b" type="string" relevant="/data/a = '1'"/><bind nodeset="/data/c" type="string"/>`,
    `<group appearance="field-list"><select1 ref="/data/a" appearance="quick"><label>A</label><item><label>Yes</label><value>1</value></item><item><label>No</label><value>0</value></item></select1></group>
     <group appearance="field-list"><input ref="/data/b"><label>B</label></input></group><group appearance="field-list"><input ref="/data/c"><label>C</label></input></group>`);
  await show(xml);
  const choose = async (v: string): Promise<void> => {
    const i = at("a")!.querySelector<HTMLInputElement>(`input[value="${v}"]`)!;
    i.checked = true;
    i.dispatchEvent(new Event("change", { bubbles: true }));
    await flushPromises();
  };
  await choose("1");
  expect(at("b")).not.toBeNull();
  session.set("a", "0");
  await flushPromises();
  expect(at("c")).not.toBeNull();
  await press("Back");
  expect(at("a")).not.toBeNull();
});

test("comes back to where it was, also inside a row", async () => {
  const first = await openForm({ formXml: everything() });
  const row = first.addRow("members")!;
  await show(everything(), { start: { rows: [row], page: "p0", path: `${row}/m_age` } }, { instanceXml: first.draftXml() });
  expect(document.activeElement).toBe(at(`${row}/m_age`)?.querySelector("input"));
  expect(view.emitted("page")?.at(-1)?.[0]).toEqual({ rows: [row], page: "p0", path: `${row}/m_age` });
});
