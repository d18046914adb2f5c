// A reviewer works with keys alone: conflicts settled, records returned and approved, and exactly that is on the server then.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { closeBrowser, Desk } from "./desk.ts";
import { type Demo, demo, password, street } from "./demo.ts";
import type { Brief, OfficeRecord } from "../harness/office.ts";

const conflicts = Number(process.env["RUHU_E2E_KEYS"] ?? 50);
const returns = conflicts;
const approvals = 2 * conflicts;
const question = "s_water";

let d: Demo;
let all: Brief[];

/** Two officers who looked at the same page write different answers: neither saw the other's. */
async function disagree(id: string, values: readonly string[]): Promise<void> {
  const { ctx } = await d.as("office").record(id);
  const who = ["office", "office2", "office3"];
  for (const [i, v] of values.entries()) await d.as(who[i] ?? "office").ask("POST", `/v1/records/${id}/changes`, { ctx, set: { [question]: v }, reason: "对照录音" });
}

beforeAll(async () => {
  d = await demo();
  for (const more of ["office2", "office3"]) await d.run("user", "add", more, "--role", "reviewer", "--area", street, "--password-stdin").catch((e: unknown) => String(e).includes("conflict") || Promise.reject(e));
  all = (await d.as("office").records({ area: street, form: "hh_sentiment", status: "submitted" })).filter((r) => r.status === "submitted");
  expect(all.length).toBeGreaterThanOrEqual(conflicts);
});
afterAll(closeBrowser);

describe("with keys alone", () => {
  let picked: readonly string[];

  test("conflicts are settled, by one key each", async () => {
    const free = (await d.as("office").records({ area: street, form: "hh_sentiment", clean: "true", status: "submitted" })).slice(0, conflicts);
    for (const [i, r] of free.entries()) await disagree(r.id, i % 5 === 4 ? ["1", "3", "5"] : ["1", "3"]);
    picked = free.map((r) => r.id);
    const desk = await Desk.open(d, "office");
    await desk.go("/review?look=conflict&status=any&form=hh_sentiment");
    const queue = await d.as("office").records({ area: street, form: "hh_sentiment", conflict: "true" });
    const began = Date.now();
    await desk.keys("Enter");
    const choice = new Map<string, string>();
    for (let n = 0; n < queue.length; n++) {
      await desk.page.waitForFunction((done) => {
        const id = location.pathname.split("/").pop() ?? "";
        return !done.includes(id) && document.querySelector(".record[aria-busy=false] .conflict kbd");
      }, [...choice.keys()]);
      const id = new URL(desk.page.url()).pathname.split("/").pop() ?? "";
      const before = (await d.as("office").record(id)).siblings;
      const path = Object.keys(before)[0] ?? "";
      const other = n % 10 === 7 && path === question;
      if (other) {
        // Another answer than all of theirs, with a reason.
        await desk.keys(String((before[path]?.length ?? 0) + 1));
        await desk.page.waitForSelector(".editor");
        await desk.keys("ArrowDown", "Tab");
        await desk.page.keyboard.type("电话核实");
        await desk.keys("Enter");
      } else await desk.keys(n % 2 === 0 ? "1" : "2");
      await desk.page.waitForFunction(() => document.querySelector(".record[aria-busy=false]") && !document.querySelector(".conflict"));
      const after = await d.as("office").record(id);
      expect(after.conflicts, id).toEqual([]);
      const value = after.answers[path];
      if (other) expect(before[path]?.map((s) => s.value)).not.toContain(value);
      else expect(value, id).toBe(before[path]?.[n % 2]?.value);
      choice.set(id, String(value));
      await desk.keys("j");
    }
    const minutes = (Date.now() - began) / 60_000;
    console.log(`${queue.length} conflicts by keys in ${minutes.toFixed(2)} min`);
    expect(await d.as("office").records({ area: street, form: "hh_sentiment", conflict: "true" })).toEqual([]);
    for (const id of picked) expect(choice.has(id)).toBe(true);
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });

  test("records are returned with a comment at a question, approved, and marked for another look", async () => {
    const status = async (): Promise<Map<string, string>> => new Map((await d.as("office").records({ area: street, form: "hh_sentiment" })).map((r) => [r.id, r.status]));
    const before = await status();
    const desk = await Desk.open(d, "office", { language: "en" });
    await desk.go("/review?form=hh_sentiment&status=submitted");
    const begun = Date.now();
    await desk.keys("Enter");
    const decided = new Map<string, string>();
    const plan = [...Array(returns).fill("r"), ...Array(approvals).fill("a"), "n"] as string[];
    const possible = [...before.values()].filter((s) => s === "submitted").length;
    const doing = plan.slice(0, Math.min(plan.length, possible - 1));
    let at = "";
    for (const key of doing) {
      await desk.page.waitForFunction((last) => {
        const id = location.pathname.split("/").pop() ?? "";
        return id !== last && document.querySelector(".record[aria-busy=false] .sheet") && !document.querySelector(".two.stale");
      }, at);
      at = new URL(desk.page.url()).pathname.split("/").pop() ?? "";
      expect(decided.has(at), `${at} twice`).toBe(false);
      if (key === "r") {
        await desk.keys("ArrowDown", "c");
        await desk.page.waitForSelector(".note-box textarea:focus");
        await desk.page.keyboard.type("Please ask again");
        await desk.keys("Control+Enter", "r");
        await desk.page.waitForSelector("#decide-comment:focus");
        await desk.page.keyboard.type("See the question");
        await desk.keys("Control+Enter");
      } else if (key === "n") {
        await desk.keys("n");
        await desk.page.waitForSelector("#decide-comment:focus");
        await desk.keys("Control+Enter");
      } else await desk.keys("a");
      decided.set(at, { r: "returned", a: "approved", n: "needs_review" }[key] ?? "");
    }
    await desk.page.waitForFunction((last) => !location.pathname.endsWith(last), at);
    const minutes = (Date.now() - begun) / 60_000;
    console.log(`${doing.length} decisions by keys in ${minutes.toFixed(2)} min: ${Math.round(doing.length / (minutes / 60))} an hour`);
    expect(minutes).toBeLessThan(15);
    const after = await status();
    for (const [id, was] of before) expect(after.get(id), id).toBe(decided.get(id) ?? was);
    const returned = await Promise.all([...decided].filter(([, s]) => s === "returned").slice(0, 5).map(([id]) => d.as("office").json<OfficeRecord & { comments: { path?: string; text: string }[] }>("GET", `/v1/records/${id}`)));
    for (const r of returned) expect(r.comments.slice(-2).map((c) => c.text).sort()).toEqual(["Please ask again", "See the question"]);
    expect(returned[0]?.comments.some((c) => c.path)).toBe(true);
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });
});

describe("what others do meanwhile", () => {
  test("is shown, and nothing that was typed is lost: 409", async () => {
    const [r] = await d.as("office").records({ area: street, form: "hh_sentiment", status: "submitted,needs_review,approved" });
    if (!r) throw new Error("no record");
    const desk = await Desk.open(d, "office");
    await desk.go(`/records/${r.id}?status=any`);
    await desk.keys("r");
    await desk.page.keyboard.type("请核对用水");
    const { ctx, answers } = await d.as("office2").record(r.id);
    await d.as("office2").ask("POST", `/v1/records/${r.id}/changes`, { ctx, set: { [question]: answers[question] === "2" ? "4" : "2" }, reason: "更正" });
    await desk.keys("Control+Enter");
    await desk.page.waitForSelector("text=您打开之后，这条记录又有了新内容");
    expect(await desk.page.inputValue("#decide-comment")).toBe("请核对用水");
    expect(await desk.page.locator(".note.waits li").count()).toBeGreaterThan(0);
    expect((await d.as("office").record(r.id)).status).not.toBe("returned");
    await desk.shot("changed-since-zh");
    await desk.page.focus("h1");
    await desk.keys("r", "Control+Enter");
    await expect.poll(async () => (await d.as("office").record(r.id)).status).toBe("returned");
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });

  test("an ended session asks to sign in on the page, and goes on where it stopped", async () => {
    const [r] = await d.as("office").records({ area: street, form: "hh_sentiment", status: "submitted,needs_review,returned" });
    if (!r) throw new Error("no record");
    const desk = await Desk.open(d, "office");
    await desk.go(`/records/${r.id}?status=any`);
    await desk.keys("n");
    await desk.page.keyboard.type("午后再看");
    await desk.context.clearCookies();
    await desk.keys("Control+Enter");
    await desk.page.waitForSelector("#again-user");
    await desk.page.fill("#again-user", "office");
    await desk.page.fill("#again-password", password);
    await desk.keys("Enter");
    await expect.poll(async () => (await d.as("office").record(r.id)).status).toBe("needs_review");
    expect((await d.as("office").json<{ comments: { text: string }[] }>("GET", `/v1/records/${r.id}`)).comments.at(-1)?.text).toBe("午后再看");
    expect(desk.complaints).toEqual([]);
    await desk.close();
  });

  test("new records appear in the queue by themselves", async () => {
    const desk = await Desk.open(d, "office");
    await desk.go("/review?status=returned");
    const shown = async (): Promise<number> => Number(((await desk.page.textContent("[role=status]")) ?? "").replace(/\D/g, ""));
    const before = await shown();
    const [r] = await d.as("office").records({ area: street, form: "hh_sentiment", status: "submitted,approved" });
    if (!r) throw new Error("no record");
    await d.as("office2").review(r.id, "return", `再问一次 ${randomUUID()}`);
    await expect.poll(shown, { timeout: 15_000 }).toBe(before + 1);
    await desk.close();
  });
});

test("clean records are approved together after a sample was looked at", async () => {
  const clean = await d.as("office").records({ area: street, form: "hh_sentiment", clean: "true", status: "submitted" });
  const desk = await Desk.open(d, "office", { language: "en" });
  await desk.go("/review?form=hh_sentiment");
  if (clean.length === 0) {
    expect(await desk.page.locator("text=/Approve clean ones/").count()).toBe(0);
    await desk.close();
    return;
  }
  await desk.page.click("text=/Approve clean ones together/");
  const go = desk.page.locator(".dialog-foot .button.main");
  await desk.page.waitForSelector(".sample");
  expect(await go.isDisabled()).toBe(true);
  for (;;) {
    await desk.page.waitForSelector(".sample dd");
    await desk.page.locator(".el-dialog .line.wrapping .button").last().click();
    if (await go.isEnabled()) break;
  }
  await desk.shot("bulk-en");
  await go.click();
  await desk.page.waitForSelector("text=/approved$/");
  await expect.poll(async () => (await d.as("office").records({ area: street, form: "hh_sentiment", clean: "true", status: "submitted" })).length).toBe(0);
  expect(desk.complaints).toEqual([]);
  await desk.close();
});
