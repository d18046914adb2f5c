import { forms } from "./forms.ts";
import { held, twice } from "./held.ts";
import { overview } from "./overview.ts";
import { people } from "./people.ts";
import { review } from "./review.ts";
import { shell } from "./shell.ts";

export const en = { ...shell, review, held, twice, overview, people, forms } as const;
