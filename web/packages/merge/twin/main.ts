// The other half of sync/twin: does what its tests do in Go, and says what came of it. One JSON value a line in, one out: a
// list of jobs, a list of answers.

import { lines } from "../../../tools/ndjson.ts";
import { type Job, run } from "./jobs.ts";

for await (const line of lines(process.stdin)) {
  process.stdout.write(JSON.stringify((JSON.parse(line) as Job[]).map(run)) + "\n");
}
