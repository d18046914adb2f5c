// Shows the app in jsdom over a phone without a store.

import "../../../../packages/forms/test/setup.ts";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import axe from "axe-core";
import { expect } from "vitest";
import type { Router } from "vue-router";
import App from "../../src/App.vue";
import { makeRouter } from "../../src/router.ts";
import { going } from "../../src/shell/going.ts";
import { providePhone } from "../../src/shell/phone.ts";
import { resume } from "../../src/shell/resume.ts";
import { clearToast } from "../../src/shell/toast.ts";
import { instrument, surveyFiles } from "../../../../packages/forms/test/forms.ts";
import { FakeInterview, type FakePhone, forms } from "./fake.ts";

HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
Element.prototype.scrollIntoView = () => undefined;
window.scrollTo = () => undefined;
Object.assign(globalThis, { CSS: { escape: (s: string) => s.replace(/[^\w-]/g, "\\$&") } });

export interface Stage {
  readonly app: VueWrapper;
  readonly router: Router;
  /** Presses the button with these words. */
  press(words: string): Promise<void>;
  /** Everything that can be read. */
  text(): string;
  settle(): Promise<void>;
  axe(): Promise<void>;
}

const stages: VueWrapper[] = [];

export async function show(phone: FakePhone, path: string): Promise<Stage> {
  for (const old of stages.splice(0)) old.unmount();
  document.body.innerHTML = "";
  Object.assign(going, { door: "", opening: undefined, filter: "all" });
  resume.note("s1", "");
  clearToast();
  window.location.hash = path;
  const router = makeRouter(phone);
  const app = mount(App, { attachTo: document.body, global: { plugins: [{ install: (a) => providePhone(a, phone) }, router] } });
  stages.push(app);
  await router.isReady();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) await flushPromises();
  };
  await settle();
  return {
    app, router, settle,
    text: () => document.body.textContent ?? "",
    async press(words) {
      const button = [...document.querySelectorAll("button, a, label, summary")].filter((b) => b.textContent?.replace(/\s+/g, " ").includes(words));
      const at = button.at(-1);
      expect(at, `a button that says ${words} among: ${[...document.querySelectorAll("button")].map((b) => b.textContent).join(" | ")}`).toBeDefined();
      (at as HTMLElement).click();
      await settle();
    },
    async axe() {
      const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false }, "page-has-heading-one": { enabled: false } } });
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)).toEqual([]);
    },
  };
}

export async function digits(stage: Stage, pin: string): Promise<void> {
  for (const d of pin) await stage.press(d);
}

/** An instrument as an open form. */
export function interview(name = "hh_sentiment"): FakeInterview {
  const i = new FakeInterview(forms.find((f) => f.form === name) ?? forms[0]!, instrument(name as "hh_sentiment"), surveyFiles);
  i.preset = { case_id: "7K2M-1", village_code: "990101001201" };
  return i;
}
