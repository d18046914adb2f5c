// @ruhu/sync is a phone without screens: the replica that sync/phone is in Go, on any store, any link and any clock. DESIGN.md of
// sync/ and sync/crdt say why it does what it does; sync/twin holds both equal.

export type { PushReport } from "./answer.ts";
export { base64, base64url, unbase64 } from "./base64.ts";
export { type Cabinet, MemoryCabinet, WebKeys } from "./keys.ts";
export { Memory } from "./memory.ts";
export { type Item, keyApp, type Stream } from "./model.ts";
export { bundlePacks, gzip, isPack, packType, splitPacks } from "./pack.ts";
export { Phone, type Report } from "./phone.ts";
export * from "./ports.ts";
export type { PullReport } from "./pull.ts";
export type { Extra, Session } from "./session.ts";
export type { PhoneStatus, Sent, View } from "./view.ts";
