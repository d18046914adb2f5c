import type { paths } from "@ruhu/api";
import type { LocationQuery } from "vue-router";

/** What a queue is about, as the server takes it. */
export type QueueQuery = Omit<NonNullable<paths["/v1/records"]["get"]["parameters"]["query"]>, "cursor" | "limit">;

/** The filters of a queue in the address: never an answer. */
export const filterNames = ["status", "area", "form", "worker", "look", "flag", "q", "order"] as const;

/** What is reviewed where nobody chose anything else. */
export const todo = "submitted,needs_review";

/** Reads a queue off an address. street is what it is about where no village is chosen. */
export function queueOf(query: LocationQuery, street: string): QueueQuery {
  const get = (name: (typeof filterNames)[number]): string => String(query[name] ?? "");
  const status = get("status");
  return {
    ...(street !== "" && { area: get("area") || street }),
    ...(status !== "any" && { status: status || todo }),
    ...(get("form") !== "" && { form: get("form") }),
    ...(get("worker") !== "" && { worker: get("worker") }),
    ...(get("flag") !== "" && { flag: get("flag") }),
    ...(get("look") === "conflict" && { conflict: true }),
    ...(get("look") === "clean" && { clean: true }),
    ...(get("q").trim() !== "" && { q: get("q").trim() }),
    ...(get("order") === "newest" && { newest: true }),
  };
}

/** The part of an address that keeps a queue: to carry it along to a record and back. */
export function keepQueue(query: LocationQuery): LocationQuery {
  return Object.fromEntries([...filterNames, "after"].flatMap((n) => (query[n] ? [[n, query[n]]] : []))) as LocationQuery;
}
