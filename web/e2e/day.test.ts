// A working day without a network: interviews and village sheets with photos, the phone's battery taken out again and again, then
// a bad link. Everything arrives once, as it was typed.

import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, fileOf, filesOf, twice } from "./harness/compare.ts";
import { Filler, look, type Plan, type Sight } from "./harness/form.ts";
import { gridOf, labelOf, villageName, villageOf } from "./harness/frame.ts";
import { Darkroom, tells } from "./harness/photos.ts";
import { Phone } from "./harness/phone.ts";
import { interviewPlan, type Photo, sheetPlan } from "./harness/plan.ts";
import { full, Rng, seeded } from "./harness/rng.ts";
import { Site } from "./harness/site.ts";
import { Worker } from "./harness/worker.ts";

const size = full ? { interviews: 40, sheets: 20, kills: 200 } : { interviews: 4, sheets: 2, kills: 12 };

interface Job {
  readonly name: string;
  readonly kind: "interview" | "sheet";
  readonly plan: Plan;
  readonly photos: readonly Photo[];
  readonly instead: Readonly<Record<string, string>>;
  record: string;
  done: boolean;
}

let site: Site;
let phone: Phone;
let room: Darkroom;
const rng = seeded("a day in the field");

beforeAll(async () => {
  room = await Darkroom.open();
  site = await Site.start({ villages: size.sheets, doors: size.interviews });
  phone = await Phone.make(site.link);
});

afterAll(async () => {
  await phone?.discard();
  await site?.close();
  await room?.close();
});

/** Takes the battery out at a moment that nobody knows, as often as it is told to. */
class Killer {
  left = 0;
  total = 0;
  readonly #rng: Rng;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** So many more. */
  arm(times: number): void {
    this.left += times;
    this.#set();
  }

  #set(): void {
    clearTimeout(this.#timer);
    if (this.left <= 0) return;
    const after = this.#rng.chance(0.3) ? this.#rng.int(30, 800) : this.#rng.int(800, 7000);
    this.#timer = setTimeout(() => {
      if (!phone.on) return this.#set();
      this.left--;
      this.total++;
      phone.kill();
      this.#set();
    }, after);
  }

  disarm(): void {
    clearTimeout(this.#timer);
    this.left = 0;
  }
}

/** Runs f; true: it went through. false: the phone was killed meanwhile. Anything else is an error. */
async function survives(f: () => Promise<void>): Promise<boolean> {
  const kills = phone.kills;
  try {
    await f();
    return phone.kills === kills;
  } catch (err) {
    if (phone.kills > kills) return false;
    await phone.shot("day-failure").catch(() => undefined);
    throw err;
  }
}

/** What must be there after a kill: what the app had called saved. */
class Memory {
  readonly #typed = new Map<string, string>();
  readonly #saved = new Map<string, string>();
  readonly #pages: string[] = [];
  #savedPage = -1;
  /** Answers that were looked at after a kill and were there. */
  seen = 0;

  typed(path: string, value: string): void {
    this.#typed.set(path, value);
  }

  page(s: Sight): void {
    const key = keyOf(s);
    const at = this.#pages.lastIndexOf(key);
    if (at < 0) this.#pages.push(key);
  }

  saved(s: Sight): void {
    for (const [path, value] of this.#typed) this.#saved.set(path, value);
    this.#savedPage = this.#pages.indexOf(keyOf(s));
  }

  /** After a kill nothing is typed that was not saved. */
  killed(): void {
    this.#typed.clear();
  }

  get hasSaved(): boolean {
    return this.#saved.size > 0;
  }

  /** A page after a kill: it is where it was, with what was saved. */
  check(s: Sight, first: boolean): void {
    if (first && this.#savedPage >= 0) expect(this.#pages.slice(this.#savedPage), "the app comes back at the page that was saved last, or later").toContain(keyOf(s));
    for (const q of s.questions) {
      const was = this.#saved.get(q.path);
      if (was === undefined || this.#typed.has(q.path)) continue;
      this.seen++;
      const now = q.control === "many" ? [...q.value.split(" ")].sort().join(" ") : q.value;
      expect(now, `${q.path} was saved before the battery was taken out`).toBe(q.control === "many" ? [...was.split(" ")].sort().join(" ") : was);
    }
  }
}

function keyOf(s: Sight): string {
  return s.end ? "end" : (s.questions[0]?.path ?? s.repeats[0]?.path ?? "");
}

test("all is on the server once, as it was typed", async () => {
  let photoID = 0;
  const photos: Photo[] = [];
  for (let i = 0; i < size.sheets * 2; i++) photos.push(await room.take(i + 1));
  const jobs: Job[] = [];
  for (let i = 0; i < size.interviews; i++) jobs.push({ name: labelOf(i), kind: "interview", plan: interviewPlan(rng, `甲${i}`), photos: [], instead: {}, record: "", done: false });
  for (let i = 0; i < size.sheets; i++) {
    const { plan, photos: taken } = sheetPlan(rng, `乙${i}`, villageName(i), () => photos[photoID++] as Photo);
    jobs.push({ name: `${villageName(i)} · 村情研判表`, kind: "sheet", plan, photos: taken, instead: { village_code: villageOf(i) }, record: "", done: false });
  }

  const grids = Array.from({ length: size.sheets }, (_, i) => gridOf(i));
  const enrolment = await site.enrol({ name: "王一" }, grids);
  await site.assign([...grids.map((g) => [g, enrolment.worker, "village_sheet"] as const), [gridOf(0), enrolment.worker, "hh_sentiment"], [gridOf(0), enrolment.worker, "visit_log"]]);
  const worker = new Worker(phone);
  await worker.enrol(enrolment);
  await worker.ready();
  await worker.task(labelOf(0)).waitFor();
  await phone.signal(false);

  const killer = new Killer(rng);
  let back = 0;
  let seen = 0;
  for (const [n, job] of jobs.entries()) {
    killer.arm(Math.round(((n + 1) * size.kills * 0.85) / jobs.length) - killer.total - killer.left);
    const memory = new Memory();
    for (let tries = 0; !job.done; tries++) {
      if (tries > 400) throw new Error(`${job.name} never ends`);
      await survives(async () => {
        const awoken = !phone.on;
        if (awoken) {
          await phone.gone();
          memory.killed();
          await worker.wake();
        }
        const place = await worker.at(["today", "form", "door"]);
        if (place === "form") {
          const record = await worker.inForm();
          if (job.record === "" || !memory.hasSaved) job.record = record;
          expect(record, "the record that was open").toBe(job.record);
          if (awoken) back++;
          if ((await worker.page.locator(".note", { hasText: worker.say("talk.submitted") }).count()) > 0) {
            await worker.closeForm();
            job.done = true;
            return;
          }
        } else {
          if (awoken && memory.hasSaved && job.record !== "") {
            // Killed at the very end it may be submitted already.
            await worker.task(job.name).waitFor();
            expect(await worker.task(job.name).innerText(), "what was saved is open again, or submitted").toContain(worker.say("state.done"));
          }
          if (place === "door") await worker.page.goBack();
          await worker.task(job.name).waitFor();
          if ((await worker.task(job.name).innerText()).includes(worker.say("state.done"))) {
            job.done = true;
            return;
          }
          if (job.kind === "interview") {
            await worker.openDoor(job.name);
            await worker.begin();
          } else await worker.task(job.name).tap();
          job.record = await worker.inForm();
        }
        const filler = new Filler(worker.page);
        let first = awoken && place === "form";
        filler.onSight = (s) => {
          memory.check(s, first);
          first = false;
          memory.page(s);
        };
        filler.onAnswer = async (path, value) => {
          memory.typed(path, value);
          if (rng.chance(0.25)) {
            await worker.saved();
            memory.saved(await look(worker.page));
          }
        };
        filler.onPageDone = async () => {
          if (rng.chance(0.5)) await worker.saved();
          if (await worker.savedNow()) memory.saved(await look(worker.page));
        };
        await filler.fill(job.plan);
        await worker.submit(filler);
        job.done = true;
      });
    }
    seen += memory.seen;
    process.stdout.write(`${job.kind} ${n + 1} of ${jobs.length}: ${killer.total} kills\n`);
  }
  expect(jobs.every((j) => j.record !== "")).toBe(true);
  expect(new Set(jobs.map((j) => j.record)).size).toBe(jobs.length);

  // In the evening there is a signal, of a kind. The battery still falls out.
  killer.arm(size.kills - killer.total - killer.left);
  if (!phone.on) {
    await phone.gone();
    await worker.wake();
  }
  site.link.cuts = { rng, from: 1500, to: 90_000 };
  site.link.latency = 20;
  site.link.loseAnswers(/^POST \/v1\/sync\/push/, 3);
  await phone.signal(true);
  let rounds = 0;
  for (let sent = false; !sent; ) {
    if (++rounds > 400) throw new Error("the outbox never empties");
    await survives(async () => {
      if (!phone.on) {
        await phone.gone();
        await worker.wake();
      }
      await worker.tab("send");
      await worker.sendOnce();
      if ((await worker.nothingLeft.count()) > 0 && killer.left <= 0) sent = true;
      if (sent) site.link.loseAnswers(/^PATCH /, 0);
    });
  }
  killer.disarm();
  console.log(`${killer.total} kills, ${back} times back in the form that was open, ${seen} saved answers found again, ${rounds} rounds of sending, link: ${JSON.stringify(site.link.count)}`);
  site.link.cuts = undefined;
  site.link.latency = 0;

  const office = site.office("reviewer");
  const records = [...(await office.records({ form: "hh_sentiment" })), ...(await office.records({ form: "village_sheet" }))];
  expect(records.map((r) => r.id).sort()).toEqual(jobs.map((j) => j.record).sort());
  let values = 0;
  for (const job of jobs) {
    const r = await office.record(job.record);
    const { wrong, files } = differences(r, job.plan, job.instead);
    expect(wrong, job.name).toEqual([]);
    expect(r.status).toBe("submitted");
    expect(twice(await office.history(job.record)), `${job.name}: nothing was written twice`).toEqual([]);
    expect(files.length).toBe(filesOf(job.plan).length);
    for (const [i, photo] of job.photos.entries()) {
      const bytes = await fileOf(office, files[i] as string);
      const shown = await room.shows(bytes, photo.id);
      expect(shown.right, `${job.name}: photo ${photo.id} shows what was taken, upright`).toBe(true);
      expect(Math.max(shown.width, shown.height)).toBe(1600);
      expect(tells(bytes), "no EXIF").toEqual([]);
    }
    values += Object.keys(r.answers).length;
  }
  console.log(`${jobs.length} records, ${values} values, ${jobs.flatMap((j) => j.photos).length} photos equal`);
  expect(phone.strangers, "no request to anywhere else").toEqual([]);
  expect(phone.complaints).toEqual([]);
  await site.verify();
});
