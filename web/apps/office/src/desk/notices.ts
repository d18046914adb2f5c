import { reactive } from "vue";

export interface Notice {
  readonly id: number;
  readonly tone: "done" | "waits" | "wrong";
  readonly text: string;
  /** Where to go for it. */
  readonly to?: string | undefined;
}

/** Short sentences about what has just happened. What went wrong stays until somebody puts it away. */
export class Notices {
  readonly list: Notice[] = reactive([]);
  #id = 0;

  say(tone: Notice["tone"], text: string, to?: string): void {
    const notice: Notice = { id: ++this.#id, tone, text, to };
    this.list.push(notice);
    if (this.list.length > 4) this.list.splice(0, this.list.length - 4);
    if (tone === "done") setTimeout(() => this.drop(notice.id), 6000);
  }

  drop(id: number): void {
    const i = this.list.findIndex((n) => n.id === id);
    if (i >= 0) this.list.splice(i, 1);
  }
}
