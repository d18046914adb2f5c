/** Listeners that tell a swipe to the side from scrolling and from what is dragged. */
export function useSwipe(left: () => void, right: () => void): Record<string, (e: TouchEvent) => void> {
  let from: { x: number; y: number; at: number } | undefined;
  return {
    touchstart(e) {
      const t = e.touches[0];
      const held = (e.target as Element).closest("[data-noswipe], input[type=range], audio, video, .rf-virtual");
      from = t && e.touches.length === 1 && !held ? { x: t.clientX, y: t.clientY, at: e.timeStamp } : undefined;
    },
    touchend(e) {
      const t = e.changedTouches[0];
      if (!from || !t) return;
      const [dx, dy] = [t.clientX - from.x, t.clientY - from.y];
      if (Math.abs(dx) > 80 && Math.abs(dy) < Math.abs(dx) / 2 && e.timeStamp - from.at < 800) (dx < 0 ? left : right)();
      from = undefined;
    },
  };
}
