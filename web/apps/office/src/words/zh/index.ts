import { review } from "./review.ts";
import { shell } from "./shell.ts";

export const zh = { ...shell, review } as const;
