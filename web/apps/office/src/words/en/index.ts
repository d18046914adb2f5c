import { review } from "./review.ts";
import { shell } from "./shell.ts";

export const en = { ...shell, review } as const;
