// @ruhu/merge is the twin of sync/crdt and sync/wire in TypeScript: change sets, record states, how one is applied to the
// other, and the bytes between phone and server. It is pure: no clock, no I/O, no randomness, no dependency; it runs in every
// browser and in Node. sync/crdt/DESIGN.md says why it is shaped so; testdata and `make twins` hold both equal, byte for byte.

export * from "./changeset.ts";
export { parseState } from "./canonical.ts";
export * from "./dot.ts";
export { Coded, codeOf, fail, wrap } from "./errs.ts";
export { join } from "./join.ts";
export { jsonString } from "./jsonout.ts";
export * as limits from "./limits.ts";
export { enclosingRows, isRecord, isRow, parsePath, pathCovers, question, rowOf } from "./path.ts";
export { sha256 } from "./sha256.ts";
export { type Birth, type Mark, type Register, type Row, State, statusPath, stripValues, type Write } from "./state.ts";
export { Reader } from "./strictjson.ts";
export { type Bytes, byteLength, compare, decode, encode, hex, unhex, wellFormed } from "./utf8.ts";
export * from "./wire/decode.ts";
export * from "./wire/answer.ts";
export * from "./wire/head.ts";
export * from "./wire/pull.ts";
export * from "./wire/push.ts";
