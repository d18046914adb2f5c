import { defaultZone, type Language } from "@ruhu/i18n";

/** What the first page says of the server: it is written there when it is served. */
export interface Page {
  readonly language: Language;
  /** Which zone civil dates are in. */
  readonly zone: string;
  /** The data is invented. */
  readonly demo: boolean;
}

export function readPage(root: HTMLElement): Page {
  return { language: root.lang.startsWith("en") ? "en" : "zh", zone: root.dataset["zone"] || defaultZone, demo: root.dataset["demo"] !== undefined };
}
