import type { Item } from "../types.ts";

/** Whether there is something to see of it. */
export function shows(item: Item): boolean {
  return item.relevant && (item.kind !== "section" || item.items.some(shows));
}
