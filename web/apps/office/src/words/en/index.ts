import { forms } from "./forms.ts";
import { held, twice } from "./held.ts";
import { overview } from "./overview.ts";
import { people } from "./people.ts";
import { audit, erasures, grants, map, registry, results, surveys } from "./results.ts";
import { review } from "./review.ts";
import { shell } from "./shell.ts";

export const en = { ...shell, review, held, twice, overview, people, forms, results, registry, audit, surveys, erasures, grants, map } as const;
