// @ruhu/api is how both apps call the server: typed by server/openapi.yaml, with problems as people read them and a session that
// outlives lost answers.

export { Client, type ClientOptions, type Raw, type Tokens } from "./client.ts";
export type { Answer, Method, Path, Request } from "./operation.ts";
export { type Fault, Problem, problemOf } from "./problem.ts";
export type { components, paths } from "./schema.gen.ts";
export { type Certified, DeviceSession, type Session, type SessionOptions } from "./session.ts";
