// Where the worker is going. It stays in memory: addresses end up in a browser's history, unsealed, so no door ever stands in one.

import { shallowReactive } from "vue";
import type { Opening } from "../app/ports.ts";
import type { Filter } from "./doors.ts";

interface Going {
  /** The household whose screen is shown; "" = none. */
  door: string;
  /** What the interview screen is to open. */
  opening: Opening | undefined;
  /** Which doors of today's list are shown. */
  filter: Filter;
}

export const going: Going = shallowReactive({ door: "", opening: undefined, filter: "all" });
