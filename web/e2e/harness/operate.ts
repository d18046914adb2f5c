// How every control is answered by fingers and by a keyboard alone, and what has to be on the server then.

import type { CDPSession, Locator, Page } from "playwright-core";
import type { Filler } from "./form.ts";
import { stroke, tabTo } from "./hands.ts";
import type { Photo } from "./plan.ts";

export interface Control {
  readonly path: string;
  readonly touch: (q: Locator, page: Page, f: Filler, cdp: CDPSession) => Promise<void>;
  readonly keys: (q: Locator, page: Page, f: Filler) => Promise<void>;
  /** What has to be on the server: by touch, by keyboard. */
  readonly touched: string | RegExp;
  readonly keyed: string | RegExp;
}

/** The name of a file. */
export const file = /^sha256-[0-9a-f]{64}\.[a-z0-9]+$/;

function typing(text: string, keyed = text): Pick<Control, "touch" | "keys" | "touched" | "keyed"> {
  const field = (q: Locator): Locator => q.locator("input, textarea").first();
  return {
    touch: async (q, page) => {
      // The browser takes characters a moment after the focus; a person sees that nothing came and types again.
      for (let n = 0; n < 5 && (await field(q).inputValue()) !== text; n++) {
        await field(q).fill("");
        await field(q).tap();
        await page.keyboard.type(text);
      }
      await field(q).blur();
    },
    keys: async (q, page) => {
      await tabTo(page, field(q));
      await page.keyboard.type(keyed);
    },
    touched: text,
    keyed,
  };
}

/** Radios and check boxes: the n-th, from 0, by Tab and arrows. */
function ticking(value: string, steps: number): Pick<Control, "touch" | "keys" | "touched"> {
  return {
    touch: async (q) => q.locator(`label:has(input[value="${value}"])`).tap(),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input").first());
      await page.keyboard.press("Space");
      for (let i = 0; i < steps; i++) await page.keyboard.press("ArrowDown");
    },
    touched: value,
  };
}

/** All controls of controls.ts. */
export const controlsWith = (photo: Photo): readonly Control[] => [
  { path: "p_text/words", ...typing("村口的路灯坏了", "a 'line' & <more>") },
  { path: "p_text/lines", ...typing("第一行\n第二行") },
  { path: "p_text/whole", ...typing("42", "7") },
  { path: "p_text/part", ...typing("3.25", "0.5") },
  {
    path: "p_time/day",
    touch: async (q) => q.locator("input").fill("2025-03-04"), // the picker is the phone's own
    keys: async (q, page) => {
      await tabTo(page, q.locator("input"));
      await page.keyboard.type("02292024");
    },
    touched: "2025-03-04",
    keyed: "2024-02-29",
  },
  {
    path: "p_time/month",
    touch: async (q) => {
      await q.locator("input").fill("2025");
      await q.locator("select").selectOption("07");
    },
    keys: async (q, page) => {
      await tabTo(page, q.locator("input"));
      await page.keyboard.type("2024");
      await tabTo(page, q.locator("select"));
      await page.keyboard.press("3");
    },
    touched: "2025-07-01",
    keyed: "2024-03-01",
  },
  {
    path: "p_time/clock",
    touch: async (q) => q.locator("input").fill("08:30"),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input"));
      await page.keyboard.type("0945PM");
    },
    touched: /^08:30:00(\.000)?(\+08:00)?$/,
    keyed: /^21:45:00(\.000)?(\+08:00)?$/,
  },
  {
    path: "p_time/moment",
    touch: async (q, _page, f) => q.getByRole("button", { name: f.say("date.now") }).tap(),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input[type=date]"));
      await page.keyboard.type("06302025");
      await tabTo(page, q.locator("input[type=time]"));
      await page.keyboard.type("0715AM");
    },
    touched: /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+08:00$/,
    keyed: /^2025-06-30T07:15:00(\.000)?\+08:00$/,
  },
  { path: "p_one/one", ...ticking("other", 1), keyed: "b" },
  { path: "p_one/one_other", ...typing("别的"), touched: "别的", keyed: "" },
  {
    path: "p_one/one_sheet",
    touch: async (q, _page, f) => f.choose(q, "乙"),
    keys: async (q, page) => {
      await tabTo(page, q.locator(".rf-opener"));
      await page.keyboard.press("Enter");
      await page.locator("dialog.rf-sheet input").waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.locator("dialog.rf-sheet").waitFor({ state: "detached" });
    },
    touched: "b",
    keyed: "c",
  },
  { path: "p_one/town", ...ticking("b2", 1), touched: "", keyed: "b2" },
  { path: "p_one/scale", ...ticking("-98", 2), keyed: "3" },
  { path: "p_quick/quick", ...ticking("c", 0), keyed: "a" },
  {
    path: "p_many/many",
    touch: async (q) => {
      await q.locator('label:has(input[value="c"])').tap();
      await q.locator('label:has(input[value="a"])').tap();
    },
    keys: async (q, page) => {
      await tabTo(page, q.locator('input[value="b"]'));
      await page.keyboard.press("Space");
      await tabTo(page, q.locator('input[value="other"]'));
      await page.keyboard.press("Space");
    },
    touched: "a c",
    keyed: "b other",
  },
  {
    path: "p_many/many_sheet",
    touch: async (q, page, f) => {
      await q.locator(".rf-opener").tap();
      const sheet = page.locator("dialog.rf-sheet");
      for (const word of ["丙", "甲"]) await sheet.getByRole("option", { name: word }).tap();
      await sheet.getByRole("button", { name: f.say("choice.done") }).tap();
      await sheet.waitFor({ state: "detached" });
    },
    keys: async (q, page) => {
      await tabTo(page, q.locator(".rf-opener"));
      await page.keyboard.press("Enter");
      await page.locator("dialog.rf-sheet input").waitFor();
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await page.locator("dialog.rf-sheet").waitFor({ state: "detached" });
    },
    touched: "a c",
    keyed: "a b",
  },
  {
    path: "p_many/found",
    touch: async (q, _page, f) => f.choose(q, "37号"),
    keys: async (q, page) => {
      await tabTo(page, q.locator(".rf-opener"));
      await page.keyboard.press("Enter");
      await page.locator("dialog.rf-sheet input").waitFor();
      await page.keyboard.type("58");
      await page.keyboard.press("Enter");
      await page.locator("dialog.rf-sheet").waitFor({ state: "detached" });
    },
    touched: "p37",
    keyed: "p58",
  },
  {
    path: "p_many/ranked",
    touch: async (q) => {
      for (const word of ["丙", "甲", "其他"]) await q.locator("button.rf-choice", { hasText: word }).tap();
      await q.locator(".rf-ranked").nth(3).locator(".rf-up").tap();
    },
    keys: async (q, page) => {
      for (let i = 0; i < 3; i++) {
        await tabTo(page, q.locator("button.rf-choice").first());
        await page.keyboard.press("Enter");
      }
      await tabTo(page, q.locator(".rf-ranked").nth(0).locator(".rf-down"));
      await page.keyboard.press("Enter");
    },
    touched: "c a b other",
    keyed: "b a c other",
  },
  {
    path: "p_scale/slide",
    touch: async (q, _page, f) => {
      const more = q.getByRole("button", { name: f.say("number.more") });
      await more.tap();
      await more.tap();
    },
    keys: async (q, page) => {
      await tabTo(page, q.locator("input[type=range]"));
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowLeft");
    },
    touched: /^[1-9]$/,
    keyed: "9",
  },
  {
    path: "p_scale/stars",
    touch: async (q) => q.locator(".rf-star").nth(3).tap(),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input").first());
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowRight");
    },
    touched: "4",
    keyed: "2",
  },
  {
    path: "p_scale/agree",
    touch: async (q) => q.locator("label.rf-choice").tap(),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input"));
      await page.keyboard.press("Space");
    },
    touched: "OK",
    keyed: "OK",
  },
  { path: "p_table/t_one", ...ticking("2", 0), keyed: "1" },
  { path: "p_table/t_two", ...ticking("3", 1), keyed: "2" },
  {
    path: "p_place/point",
    touch: async (q, _page, f) => {
      await q.getByRole("button", { name: f.say("place.record") }).tap();
      await q.locator(".rf-value").waitFor();
    },
    keys: async (q, page) => {
      await tabTo(page, q.locator("summary"));
      await page.keyboard.press("Enter");
      await tabTo(page, q.locator("details input").first());
      await page.keyboard.type("30.5");
      await page.keyboard.press("Tab");
      await page.keyboard.type("120.25");
      await page.keyboard.press("Enter");
    },
    touched: /^30\.2741 120\.1551 \S+ \S+$/,
    keyed: /^30\.5 120\.25( 0 0)?$/,
  },
  { path: "p_place/code", ...typing("6901234567892", "ABC-123") },
  {
    path: "p_file/photo",
    touch: async (_q, _page, f) => f.answer("p_file/photo", "image", { file: photo.jpeg, name: "IMG.jpg", mime: "image/jpeg" }),
    keys: async (q, page) => {
      await tabTo(page, q.locator("button").first());
      const chooser = page.waitForEvent("filechooser");
      await page.keyboard.press("Enter");
      await (await chooser).setFiles({ name: "IMG.jpg", mimeType: "image/jpeg", buffer: Buffer.from(photo.jpeg) });
      await q.locator("img.rf-media").waitFor();
    },
    touched: file,
    keyed: file,
  },
  {
    path: "p_file/sound",
    touch: async (q, page, f) => {
      const chooser = page.waitForEvent("filechooser");
      await q.getByRole("button", { name: f.say("file.choose") }).tap();
      await (await chooser).setFiles({ name: "a.wav", mimeType: "audio/wav", buffer: wav() });
      await q.locator("audio.rf-media").waitFor();
    },
    keys: async (q, page, f) => {
      await tabTo(page, q.getByRole("button", { name: f.say("file.record") }));
      await page.keyboard.press("Enter");
      await q.locator(".rf-recording", { hasText: "1" }).waitFor();
      await tabTo(page, q.getByRole("button", { name: f.say("file.stop") }));
      await page.keyboard.press("Enter");
      await q.locator("audio.rf-media").waitFor();
    },
    touched: file,
    keyed: file,
  },
  {
    path: "p_file/paper",
    touch: async (q, page, f) => {
      const chooser = page.waitForEvent("filechooser");
      await q.getByRole("button", { name: f.say("file.choose") }).tap();
      await (await chooser).setFiles({ name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") });
      await q.getByText(f.say("file.kept")).waitFor();
    },
    keys: async (q, page, f) => {
      await tabTo(page, q.getByRole("button", { name: f.say("file.choose") }));
      const chooser = page.waitForEvent("filechooser");
      await page.keyboard.press("Enter");
      await (await chooser).setFiles({ name: "b.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\nb\n%%EOF\n") });
      await q.getByText(f.say("file.kept")).waitFor();
    },
    touched: file,
    keyed: file,
  },
  {
    path: "p_draw/sign",
    touch: (q, _page, f, cdp) => drawOn(q, f, cdp),
    keys: async (q, page) => {
      await tabTo(page, q.locator("input[type=text]"));
      await page.keyboard.type("王一");
      await page.keyboard.press("Enter");
      await q.locator("img.rf-media").waitFor();
    },
    touched: file,
    keyed: file,
  },
  { path: "p_draw/draw", touch: (q, _page, f, cdp) => drawOn(q, f, cdp), keys: () => Promise.resolve(), touched: file, keyed: "" },
];

async function drawOn(q: Locator, f: Filler, cdp: CDPSession): Promise<void> {
  await q.locator("button.rf-main").first().tap();
  await stroke(cdp, q.locator("canvas"), [[0.2, 0.3], [0.5, 0.7], [0.8, 0.3], [0.3, 0.5]]);
  await q.getByRole("button", { name: f.say("draw.save") }).tap();
  await q.locator("img.rf-media").waitFor();
}

/** A tenth of a second of silence. */
function wav(): Buffer {
  const samples = 800;
  const b = Buffer.alloc(44 + samples);
  b.write("RIFF", 0), b.writeUInt32LE(36 + samples, 4), b.write("WAVEfmt ", 8), b.writeUInt32LE(16, 16), b.writeUInt16LE(1, 20), b.writeUInt16LE(1, 22), b.writeUInt32LE(8000, 24);
  b.writeUInt32LE(8000, 28), b.writeUInt16LE(1, 32), b.writeUInt16LE(8, 34), b.write("data", 36), b.writeUInt32LE(samples, 40), b.fill(128, 44);
  return b;
}
