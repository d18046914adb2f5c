/** Runs f when the phone has nothing better to do, after two seconds at the latest. */
export function whenIdle(f: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(f, { timeout: 2000 });
  else setTimeout(f, 500);
}
