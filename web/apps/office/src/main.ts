import "@ruhu/look/tokens.css";
import "./look/elements.ts";
import "./look/office.css";
import { Problem } from "@ruhu/api";
import { createApp } from "vue";
import App from "./App.vue";
import { Desk, provideDesk } from "./desk/desk.ts";
import { readPage } from "./desk/page.ts";
import { makeRouter } from "./shell/router.ts";

void start();

async function start(): Promise<void> {
  let desk: Desk;
  try {
    desk = await Desk.open(readPage(document.documentElement));
  } catch (err) {
    failed(err instanceof Problem ? err : new Problem("internal", 0));
    return;
  }
  const app = createApp(App);
  provideDesk(app, desk);
  const router = makeRouter(desk);
  app.use(router);
  await router.isReady();
  app.mount("#app");
}

/** Nothing is there yet to say it with. */
function failed(p: Problem): void {
  const en = document.documentElement.lang.startsWith("en");
  const box = document.querySelector("#app");
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.textContent = [en ? p.en : p.zh, en ? p.hint.en : p.hint.zh].filter(Boolean).join(" ");
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = en ? "Try again" : "再试一次";
  box?.append(words, again);
}
