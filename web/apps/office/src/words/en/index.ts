import { held, twice } from "./held.ts";
import { overview } from "./overview.ts";
import { review } from "./review.ts";
import { shell } from "./shell.ts";

export const en = { ...shell, review, held, twice, overview } as const;
