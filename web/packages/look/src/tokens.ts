// One look for the phone and the office. Lengths are in CSS pixels, durations in milliseconds.

/** A colour by what it is for. State is never colour alone: an icon and a word stand beside it. */
export interface Palette {
  /** What everything lies on. */
  readonly ground: string;
  /** What lies on the ground: cards, fields, sheets. */
  readonly surface: string;
  /** Text. */
  readonly ink: string;
  /** Text that is read second. */
  readonly quiet: string;
  /** Lines, 1 px. */
  readonly line: string;
  /** Actions and progress. */
  readonly accent: string;
  /** Text on accent. */
  readonly onAccent: string;
  /** Waits for you: conflict, returned, held. */
  readonly waits: string;
  /** Wrong, lost, danger. */
  readonly wrong: string;
  /** Done and safe. */
  readonly done: string;
  /** Around what has the focus. */
  readonly focus: string;
}

/** For sunlight on a cheap screen: the theme of both apps. */
export const light: Palette = {
  ground: "#FAFAF8", surface: "#FFFFFF", ink: "#1C1F23", quiet: "#4A5058", line: "#D5D8DC", accent: "#0F6B63", onAccent: "#FFFFFF", waits: "#B45309",
  wrong: "#B42318", done: "#1A7F37", focus: "#0F6B63",
};

/** For the dark. An app offers it only when all of its pages have it: html[data-theme="dark"]. */
export const dark: Palette = {
  ground: "#14171A", surface: "#1D2125", ink: "#F2F3F1", quiet: "#B9C0C7", line: "#3A4047", accent: "#5CC7BC", onAccent: "#06211E", waits: "#F0A95B",
  wrong: "#FF9A8F", done: "#74CF8C", focus: "#5CC7BC",
};

/** All space is a multiple of it. */
export const grid = 8;

export const space = { half: grid / 2, one: grid, two: 2 * grid, three: 3 * grid, four: 4 * grid, six: 6 * grid } as const;

/** The least size of what is touched, and the least distance between two such things. */
export const touch = { target: 48, gap: 8 } as const;

export const radius = 8;

/** Motion only shows where something went; none where people asked for less. */
export const motion = { most: 150 } as const;

/** System fonts first, no font from the net. */
export const fonts = {
  text: 'system-ui, "PingFang SC", "Noto Sans SC", "Microsoft YaHei", sans-serif',
  figures: "tabular-nums",
} as const;

/** Sizes of text in px, by app; the setting multiplies them. */
export const type = {
  phone: { body: 18, question: 22, small: 16, title: 26, lineHeight: 1.5 },
  office: { body: 14, question: 16, small: 13, title: 20, lineHeight: 1.45 },
  /** What the text size setting offers, in percent. */
  scales: [100, 125, 150],
} as const;

/** Icons, always with a word on the phone. */
export const icon = 24;
