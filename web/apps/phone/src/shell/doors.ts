// Today's list as a worker walks it: one line a door, then the forms that are about whole places.

import type { Both, HouseholdState, Outbox, Task } from "../app/ports.ts";
import type { Text } from "./phone.ts";

/** The filters above the list. */
export type Filter = "all" | "open" | HouseholdState;

export interface Group {
  readonly grid: string;
  readonly tasks: readonly Task[];
}

/** A visit and a follow-up belong to a door that is there for an interview; alone they are the door. */
export function doors(tasks: readonly Task[]): readonly Task[] {
  const atDoor = tasks.filter((t) => t.household !== "");
  const interviewed = new Set(atDoor.filter(isInterview).map((t) => t.household));
  const seen = new Set<string>();
  return atDoor.filter((t) => {
    if (isInterview(t)) return true;
    if (interviewed.has(t.household) || seen.has(t.household)) return false;
    seen.add(t.household);
    return true;
  });
}

export function places(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter((t) => t.household === "" && t.kind !== "visit" && t.kind !== "followup");
}

function isInterview(t: Task): boolean {
  return t.kind !== "visit" && t.kind !== "followup";
}

/** In the order they come. */
export function byGrid(tasks: readonly Task[]): readonly Group[] {
  const groups = new Map<string, Task[]>();
  for (const t of tasks) {
    const g = groups.get(t.grid);
    if (g) g.push(t);
    else groups.set(t.grid, [t]);
  }
  return [...groups].map(([grid, list]) => ({ grid, tasks: list }));
}

export function passes(t: Task, filter: Filter): boolean {
  if (filter === "all") return true;
  if (filter === "open") return t.state !== "done" && t.state !== "refused";
  return t.state === filter;
}

/** Whether a door is what somebody searches: part of its label, address, code or case number. */
export function matches(t: Task, search: string): boolean {
  const want = fold(search);
  return want === "" || [t.label, t.address, t.household, t.case].some((s) => fold(s).includes(want));
}

function fold(s: string): string {
  return s.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

/** What a person calls a door. */
export function nameOf(t: Pick<Task, "label" | "address" | "household">): string {
  return t.label || t.address || t.household.slice(-4);
}

/** The end of a grid's code that differs within a street: 201-003. */
export function gridCode(grid: string): string {
  return grid.length === 15 ? `${grid.slice(9, 12)}-${grid.slice(12)}` : grid;
}

/** What people call places, in their language. */
export interface Places {
  /** A village; the end of its code where nobody has told its name. */
  village(grid: string): string;
  /** A grid of it. */
  grid(grid: string): string;
}

export function placesOf({ t, both }: Pick<Text, "t" | "both">, villages: ReadonlyMap<string, Both> | undefined): Places {
  const village = (grid: string): string => both(villages?.get(grid.slice(0, 12)));
  return {
    village: (grid) => village(grid) || gridCode(grid),
    grid: (grid) => (village(grid) === "" ? t("today.grid", { code: gridCode(grid) }) : t("today.gridOf", { village: village(grid), n: Number(grid.slice(12)) })),
  };
}

/** What is on this phone only: the number on every badge. */
export function notSent(o: Outbox): number {
  return o.unsent + o.files;
}
