// What people are going to say at doors and in villages, drawn so that the forms take it.

import type { Plan } from "./form.ts";
import type { Rng } from "./rng.ts";

const sat5 = ["1", "2", "3", "4", "5", "-98", "-99"];
const battery = ["s_road", "s_water", "s_env", "s_light", "s_order", "s_clinic", "s_elder", "s_office", "s_open"];
const sayings = ["路灯坏了三个月没人修", "希望村口修一段排水沟", "Ἄλφα and «ß» — 村东头的桥🌉窄", "  两头有空格  ", "水压低，早晚没水", "“引号”、<标签>&符号;", "垃圾清运一周一次太少\n夏天味道大", "e\u0301 é 组合字符"];

/** An interview of hh_sentiment from consent to thanks; mark makes its text one of a kind. */
export function interviewPlan(rng: Rng, mark: string): Plan {
  const a: Record<string, string> = {
    consent: "1", adult: "1", mode: "1", resid: rng.pick(["1", "2", "3"]), sex: rng.pick(["1", "2", "-99"]), age_band: rng.pick(["1", "2", "3", "4", "5", "6", "-99"]),
    edu: rng.pick(["1", "2", "3", "4", "5", "6", "-99"]), r_trips: rng.pick(sat5), s_team: rng.pick(sat5), better: rng.pick(["1", "2", "3", "-98", "-99"]),
    want_visit: "0", aware_elec: rng.pick(["0", "1"]), aware_rule: rng.pick(["0", "1"]), meet12: String(rng.pick([0, 1, 7, 60, -98, -99])), read_board: rng.pick(["1", "2", "3"]),
    fair: rng.pick(sat5), others_present: rng.pick(["0", "1", "2", "3"]),
  };
  for (const q of battery) a[q] = rng.pick(sat5);
  const concerns = rng.chance(0.1) ? ["-98"] : rng.some(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "96"], rng.int(1, 3));
  a["concerns"] = inOrder(concerns, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "96", "-98", "-99"]);
  if (concerns.length > 1) a["concern_main"] = rng.pick(concerns);
  if (rng.chance(0.7)) a["concern_txt"] = `${rng.pick(sayings)} ${mark}`;
  if (a["aware_elec"] === "1") a["heard"] = rng.chance(0.1) ? "0" : inOrder(rng.some(["1", "2", "3", "4", "5", "6", "7", "8", "9"], rng.int(1, 4)), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  return { answers: a };
}

function inOrder(picked: readonly string[], list: readonly string[]): string {
  return list.filter((v) => picked.includes(v)).join(" ");
}

/** A photo that is told from all others by what it shows. */
export interface Photo {
  readonly id: number;
  readonly jpeg: Uint8Array;
}

/** A village sheet with rows and a photo of each notice board; village is how the village is shown in the list. */
export function sheetPlan(rng: Rng, mark: string, village: string, photos: () => Photo): { plan: Plan; photos: Photo[] } {
  const taken: Photo[] = [];
  const people = rng.int(200, 3000);
  const electors = rng.int(100, people);
  const due = rng.int(0, 9);
  const candidates = rng.int(0, 20);
  const willing = rng.int(0, candidates);
  const answers: Record<string, string> = {
    village_code: village, wave: rng.pick(["1", "2", "3", "4"]), method: inOrder(rng.some(["1", "2", "3", "4", "5"], rng.int(1, 3)), ["1", "2", "3", "4", "5"]),
    hh_n: String(rng.int(50, 900)), pop_n: String(people), electorate_n: String(electors), reps_n: String(rng.int(0, Math.min(60, electors))), reps_basis: rng.pick(["1", "2"]),
    reports_due: String(due), reports_received: String(rng.int(0, due)), run_state: rng.pick(["1", "2", "3", "4"]), team_grade: rng.pick(["1", "2", "3", "4"]),
    cand_n: String(candidates), cand_willing_n: String(willing), cand_both_n: String(rng.int(0, willing)),
    n_banner: String(rng.int(0, 40)), n_event: String(rng.int(0, 40)), n_wechat: String(rng.int(0, 40)), n_led: String(rng.int(0, 9)), about: rng.pick(["0", "1"]),
  };
  if (rng.chance(0.5)) answers["call_posted_on"] = day(rng);
  const roster = rng.some(["1", "2", "3", "4", "5", "6"], rng.int(1, 2)).map((post): Plan => {
    const filled = rng.chance(0.8);
    const row: Record<string, string> = { post, filled: filled ? "1" : "0" };
    if (filled) {
      Object.assign(row, { age_band: rng.pick(["1", "2", "3", "4", "5", "6"]), edu: rng.pick(["1", "2", "3", "4", "5", "6"]), sex: rng.pick(["1", "2"]) });
      if (post === "1" || post === "4") row["both_posts"] = rng.pick(["0", "1"]);
    }
    return { answers: row };
  });
  const matters = Array.from({ length: rng.int(0, 1) }, (): Plan => {
    const stage = rng.pick(["1", "2", "3", "4"]);
    return { answers: { theme: rng.pick(["1", "4", "11", "96"]), since: "2024-03-0" + rng.int(1, 9), hh_affected: rng.pick(["1", "2", "3"]), stage, ...(stage === "3" ? {} : { next_date: "2025-01-0" + rng.int(1, 9) }), note: `东头水渠淤塞 ${mark}` } };
  });
  const notices = Array.from({ length: rng.int(1, 2) }, (): Plan => {
    const photo = photos();
    taken.push(photo);
    return { answers: { kind: rng.pick(["1", "2", "3", "4", "5", "6", "96"]), posted_on: day(rng), need_days: String(rng.int(1, 30)), photo: { file: photo.jpeg, name: "IMG_0001.jpg", mime: "image/jpeg" } } };
  });
  return { plan: { answers, rows: { roster, matters, notices } }, photos: taken };
}

function day(rng: Rng): string {
  return `2025-${String(rng.int(1, 12)).padStart(2, "0")}-${String(rng.int(1, 28)).padStart(2, "0")}`;
}
