import "@ruhu/look/tokens.css";
import "./look/app.css";
import { createApp } from "vue";
import App from "./App.vue";
import { openPhone } from "./app/index.ts";
import type { PhoneApp } from "./app/ports.ts";
import { makeRouter } from "./router.ts";
import GateScreen from "./screens/GateScreen.vue";
import { canWork, inWeChat } from "./shell/browser.ts";
import { watchInstall } from "./shell/install.ts";
import { providePhone } from "./shell/phone.ts";
import { recall } from "./shell/resume.ts";
import { startUpdates } from "./shell/update.ts";

void start();

async function start(): Promise<void> {
  if (inWeChat() || !canWork()) return gate(inWeChat() ? "wechat" : "old");
  watchInstall();
  let phone: PhoneApp;
  try {
    [phone] = await Promise.all([openPhone(), recall()]);
  } catch {
    return gate("old"); // private windows and full disks: nothing could be kept
  }
  const app = createApp(App);
  providePhone(app, phone);
  const router = makeRouter(phone);
  app.use(router);
  await router.isReady();
  app.mount("#app");
  void startUpdates();
}

function gate(why: "wechat" | "old"): void {
  createApp(GateScreen, { why }).mount("#app");
}
