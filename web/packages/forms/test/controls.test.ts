// @vitest-environment jsdom
import "./setup.ts";
import { type DOMWrapper, enableAutoUnmount, flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FormSession, openForm, type OpenOptions } from "../src/index.ts";
import { FormView, type Where } from "../src/view.ts";
import { everything, pages, villagesCsv } from "./everything.ts";

enableAutoUnmount(afterEach);

let session: FormSession;
let view: VueWrapper;
let villages = 20;

async function show(props: Record<string, unknown> = {}, options: Partial<OpenOptions> = {}): Promise<void> {
  session = await openForm({ formXml: everything(), language: "en", files: async (n) => (n === "villages.csv" ? new Blob([villagesCsv(villages)]) : undefined), ...options });
  view = mount(FormView, { attachTo: document.body, props: { session, language: "en", encodePhoto: async () => new Blob(["small"], { type: "image/jpeg" }), ...props } as never });
  await flushPromises();
}

const page = (n: number): { start: Where } => ({ start: { rows: [], page: `p${n}` } });
const at = (path: string): Omit<DOMWrapper<Element>, "exists"> => view.get(`[data-path="${path}"]`);
const button = (root: Pick<DOMWrapper<Element>, "findAll">, text: string): DOMWrapper<Element> => {
  const found = root.findAll("button").find((b) => b.text().includes(text));
  if (!found) throw new Error(`no button ${text}`);
  return found;
};

async function type(path: string, text: string, selector = "input, textarea"): Promise<void> {
  const field = at(path).get(selector);
  await field.setValue(text);
  await field.trigger("blur");
}

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
}

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  };
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => undefined;
});

test.each([...pages.map((_, i) => i), pages.length])("page %i has a name for everything, and axe finds nothing", async (n) => {
  await show(page(n));
  expect(await faults()).toEqual([]);
  for (const field of document.querySelectorAll<HTMLInputElement>(".rf-question input:not([type=file]), .rf-question textarea, .rf-question select")) {
    const named = field.labels?.length || field.getAttribute("aria-label") || field.getAttribute("aria-labelledby");
    expect(named, field.outerHTML).toBeTruthy();
  }
});

describe("page 1", () => {
  beforeEach(() => show(page(0)));

  test("text, numbers, dates and times", async () => {
    await type("name", "一组");
    await type("story", "two\nlines");
    await type("people", "１２");
    await type("area", "1,234.50");
    await at("born").get("input").setValue("2026-11-23");
    await at("month").get("input").setValue("2026");
    await at("month").get("select").setValue("03");
    await at("at").get("input").setValue("08:05");
    const [day, clock] = at("when").findAll("input");
    await day?.setValue("2026-11-24");
    expect(session.error("when")?.fault).toBe("refused"); // half a moment is none
    await clock?.setValue("09:30");
    const values = session.values();
    expect(values).toMatchObject({ name: "一组", story: "two\nlines", people: "12", area: "1234.5", born: "2026-11-23", month: "2026-03-01" });
    expect(values["at"]).toMatch(/^08:05:00(Z|[+-]\d\d:\d\d)$/);
    expect(values["when"]).toMatch(/^2026-11-24T09:30:00(Z|[+-]\d\d:\d\d)$/);
    expect(session.errors()).toEqual([]);
    await button(at("people"), "±").trigger("click");
    await at("people").get("input").trigger("blur");
    expect(at("people").text()).toContain("From 0 to 29"); // -12 breaks the form's own rule
    expect(at("people").get("input").attributes("aria-invalid")).toBe("true");
  });

  test("what is no value is told beside the field, linked to it, and not recorded", async () => {
    await type("people", "three");
    const field = at("people").get("input");
    expect(field.attributes("aria-invalid")).toBe("true");
    const error = document.getElementById(field.attributes("aria-describedby") ?? "");
    expect(error?.textContent).toContain("A whole number is expected");
    expect((field.element as HTMLInputElement).value).toBe("three");
    expect(session.values()["people"]).toBeUndefined();
    await type("people", "99999999999");
    expect(at("people").text()).toContain("too large");
    await type("people", "3");
    expect(at("people").find(".rf-error").exists()).toBe(false);
    expect(await faults()).toEqual([]);
  });

  test("next tells what is missing once, goes to it, and then lets it be", async () => {
    const next = view.get(".rf-foot .rf-main");
    expect(at("name").find(".rf-error").exists()).toBe(false);
    await next.trigger("click");
    await flushPromises();
    expect(at("name").text()).toContain("This question needs an answer");
    expect(document.activeElement).toBe(at("name").get("input").element);
    expect(await faults()).toEqual([]);
    await next.trigger("click");
    expect(view.find('[data-path="road"]').exists()).toBe(true);
    expect(view.emitted("page")?.at(-1)?.[0]).toMatchObject({ rows: [], page: "p1" });
  });
});

describe("choices", () => {
  test("scale, list, several, columns, and what depends on them", async () => {
    await show(page(1));
    await at("road").get('input[value="4"]').setValue();
    await at("water").get('input[value="-99"]').setValue();
    expect(view.find('[data-path="other"]').exists()).toBe(false);
    await at("cares").get('input[value="9"]').setValue(true);
    await at("cares").get('input[value="2"]').setValue(true);
    await at("side").get('input[value="w"]').setValue();
    expect(session.values()).toMatchObject({ road: "4", water: "-99", cares: "2 9", side: "w" });
    await type("other", "hall");
    expect(session.values()["other"]).toBe("hall");
    await at("cares").get('input[value="1"]').setValue(true);
    expect(at("cares").get(".rf-error").text()).toContain("does not fit");
    // A radio is taken back by choosing it again.
    await at("road").get('input[value="4"]').trigger("click");
    expect(session.values()["road"]).toBeUndefined();
  });

  test("3,000 choices: only those in sight are there; found by typing, taken by keyboard", async () => {
    villages = 3000;
    await show(page(1));
    villages = 20;
    await at("village").get(".rf-opener").trigger("click");
    await vi.waitFor(() => expect(document.querySelectorAll(".rf-sheet [role=option]").length).toBeGreaterThan(5));
    expect(document.querySelectorAll(".rf-sheet [role=option]").length).toBeLessThan(60);
    const field = document.querySelector<HTMLInputElement>(".rf-sheet input")!;
    expect(document.activeElement).toBe(field);
    expect(await faults()).toEqual([]);
    const key = async (k: string): Promise<void> => {
      field.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true, cancelable: true }));
      await flushPromises();
    };
    await key("End");
    expect(document.getElementById(field.getAttribute("aria-activedescendant")!)?.getAttribute("aria-posinset")).toBe("3000");
    field.value = "河镇 第12村";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await flushPromises();
    expect(document.querySelector(".rf-count")?.textContent).toContain("1 choices");
    await key("ArrowDown");
    await key("Enter");
    expect(session.values()["village"]).toBe("990100000012");
    expect(document.querySelector(".rf-sheet")).toBeNull();
    await flushPromises();
    expect(document.activeElement).toBe(at("village").get(".rf-opener").element);
    expect(at("village").get(".rf-opener").text()).toContain("第12村");

    await at("villages_seen").get(".rf-opener").trigger("click");
    await vi.waitFor(() => expect(document.querySelector(".rf-sheet [role=option]")).not.toBeNull());
    for (const i of [3, 1]) document.querySelectorAll<HTMLElement>(".rf-sheet [role=option]")[i]?.click();
    await flushPromises();
    expect(session.values()["villages_seen"]).toBe("990100000001 990100000003");
  });
});

describe("page 3", () => {
  beforeEach(() => show(page(2)));

  test("ranges, stars, picker", async () => {
    const slider = at("score").get<HTMLInputElement>("input[type=range]");
    expect(slider.attributes("aria-valuetext")).toBe("No answer");
    await slider.setValue("7");
    expect(session.values()["score"]).toBe("7");
    expect(slider.attributes("aria-valuetext")).toBe("7 (0 to 10)");
    await at("half").get('button[aria-label="More"]').trigger("click");
    await at("half").get('button[aria-label="More"]').trigger("click");
    await at("half").get('button[aria-label="More"]').trigger("click");
    expect(session.values()["half"]).toBe("1.2"); // and not 1.2000000000000002
    await at("pickone").get("select").setValue("3");
    await at("stars").get('input[value="4"]').setValue();
    expect(session.values()).toMatchObject({ pickone: "3", stars: "4" });
    await button(at("score"), "Clear").trigger("click");
    expect(session.values()["score"]).toBeUndefined();
  });

  test("ranking: one after the other, then up and down with the focus going along", async () => {
    const add = async (text: string): Promise<void> => void (await button(at("order"), text).trigger("click"));
    await add("Water");
    await add("Land");
    expect(session.values()["order"]).toBeUndefined();
    await add("Roads");
    expect(session.values()["order"]).toBe("3 1 2 9"); // the last one has no choice
    await at("order").findAll(".rf-up")[2]?.trigger("click");
    await flushPromises();
    expect(session.values()["order"]).toBe("3 2 1 9");
    expect((document.activeElement as HTMLElement).getAttribute("aria-label")).toBe("Roads Up");
    await button(at("order"), "Clear").trigger("click");
    expect(session.values()["order"]).toBeUndefined();
  });

  test("acknowledged; a note cannot run anything", async () => {
    await at("ok").get("input").setValue(true);
    expect(session.values()["ok"]).toBe("OK");
    await at("ok").get("input").setValue(false);
    expect(session.values()["ok"]).toBeUndefined();
    expect(at("info").get("strong").text()).toBe("Mind");
    expect(document.querySelector(".rf script")).toBeNull();
    expect(at("info").text()).toContain("<script>alert(1)</script>");
  });
});

describe("places and codes", () => {
  let fix: ((p: unknown) => void) | undefined;
  let fail: ((e: unknown) => void) | undefined;
  const coords = (latitude: number, longitude: number, accuracy: number): unknown => ({ coords: { latitude, longitude, altitude: null, accuracy } });

  beforeEach(async () => {
    Object.defineProperty(navigator, "geolocation", { configurable: true, value: { watchPosition: (ok: never, no: never) => ([fix, fail] = [ok, no], 1), clearWatch: () => undefined } });
    await show(page(3));
  });

  test("a position with its accuracy; a poor one waits; a good one is taken by itself", async () => {
    await button(at("spot"), "Record the position").trigger("click");
    expect(at("spot").text()).toContain("Looking for the position");
    fix?.(coords(31.2304, 121.4737, 800));
    await flushPromises();
    expect(at("spot").text()).toContain("Not accurate enough yet (800 m)");
    expect(button(at("spot"), "Use this position").attributes("disabled")).toBeDefined();
    fix?.(coords(31.2304, 121.4737, 20));
    await flushPromises();
    await button(at("spot"), "Use this position").trigger("click");
    expect(session.values()["spot"]).toBe("31.2304 121.4737 0 20");
    await button(at("spot"), "Record again").trigger("click");
    fix?.(coords(31.25, 121.5, 4));
    await flushPromises();
    expect(session.values()["spot"]).toBe("31.25 121.5 0 4");
    await button(at("spot"), "Record again").trigger("click");
    fail?.({ code: 1, PERMISSION_DENIED: 1, TIMEOUT: 3 });
    await flushPromises();
    expect(at("spot").text()).toContain("may not be used");
    expect(session.values()["spot"]).toBe("31.25 121.5 0 4");
  });

  test("by hand; ways and areas by their points", async () => {
    const point = async (path: string, lat: string, lon: string): Promise<void> => {
      const [a, b] = at(path).findAll("details input");
      await a?.setValue(lat);
      await b?.setValue(lon);
      await button(at(path).get("details"), "Take over").trigger("click");
    };
    await point("spot", "100", "2");
    expect(at("spot").text()).toContain("not right");
    await point("spot", "31.20", "121.5");
    expect(session.values()["spot"]).toBe("31.2 121.5");
    await point("way", "1", "2");
    expect(session.values()["way"]).toBeUndefined();
    await point("way", "3", "4");
    expect(session.values()["way"]).toBe("1 2;3 4");
    for (const [a, b] of [["1", "1"], ["1", "2"], ["2", "2"]] as const) await point("field", a, b);
    expect(session.values()["field"]).toBe("1 1;1 2;2 2;1 1");
    await button(at("field"), "Remove the last point").trigger("click");
    expect(session.values()["field"]).toBeUndefined();
  });

  test("a code by hand, and where there is no camera", async () => {
    await vi.waitFor(() => expect(at("code").find("input").exists()).toBe(true));
    await type("code", " 6901234 ");
    expect(session.values()["code"]).toBe("6901234");
    await button(at("code"), "Scan").trigger("click");
    await vi.waitFor(() => expect(at("code").text()).toContain("may not be used"));
    expect(session.values()["code"]).toBe("6901234");
  });
});

describe("files", () => {
  beforeEach(() => show(page(4)));

  async function choose(path: string, file: File, nth = 0): Promise<void> {
    const input = at(path).findAll<HTMLInputElement>("input[type=file]")[nth]!;
    Object.defineProperty(input.element, "files", { configurable: true, value: [file] });
    Object.defineProperty(input.element, "value", { configurable: true, writable: true, value: "" });
    await input.trigger("change");
    await vi.waitFor(() => expect(at(path).text()).not.toContain("One moment"));
    await flushPromises();
  }

  test("a photo is encoded anew before it is stored; a sound is stored as it is", async () => {
    await choose("photo", new File(["exif and all"], "IMG_1.HEIC", { type: "image/heic" }));
    const name = session.values()["photo"] ?? "";
    expect(name).toMatch(/^sha256-[0-9a-f]{64}\.jpg$/);
    expect(await (await session.file(name))?.text()).toBe("small");
    await choose("sound", new File(["la"], "note.m4a", { type: "audio/mp4" }));
    expect(session.values()["sound"]).toMatch(/\.m4a$/);
    await choose("paper", new File(["x"], "list.PDF", { type: "application/pdf" }));
    expect(session.values()["paper"]).toMatch(/\.pdf$/);
    expect(await faults()).toEqual([]);
    await choose("film", new File(["x"], "a.txt", { type: "text/plain" }));
    expect(at("film").text()).toContain("Not this kind of file");
    await button(at("photo"), "Remove").trigger("click");
    expect(session.values()["photo"]).toBeUndefined();
  });

  test("a photo that cannot be read says so, and what was there stays", async () => {
    await choose("photo", new File(["1"], "a.jpg", { type: "image/jpeg" }));
    const before = session.values()["photo"];
    await view.setProps({ encodePhoto: async () => { throw new Error("no decoder"); } } as never);
    await choose("photo", new File(["2"], "b.jpg", { type: "image/jpeg" }));
    expect(at("photo").text()).toContain("cannot be used");
    expect(session.values()["photo"]).toBe(before);
  });

  test("who cannot draw signs by keyboard", async () => {
    await vi.waitFor(() => expect(at("sign").find("input").exists()).toBe(true));
    HTMLCanvasElement.prototype.toBlob = function (done: BlobCallback) {
      done(new Blob(["png"], { type: "image/png" }));
    };
    await at("sign").get("input:not([type=file])").setValue("老张");
    await button(at("sign"), "Use the typed name").trigger("click");
    await vi.waitFor(() => expect(session.values()["sign"]).toMatch(/\.png$/));
  });
});
