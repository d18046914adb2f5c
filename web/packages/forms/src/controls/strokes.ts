// Lines drawn by hand, kept as lines so that one can be taken back.

export interface Spot { readonly x: number; readonly y: number }

export interface Sheet {
  readonly strokes: readonly (readonly Spot[])[];
  /** Written in the middle: a name for who cannot draw. */
  readonly text: string;
  readonly under: CanvasImageSource | undefined;
}

/** Draws a sheet anew. */
export function paint(canvas: HTMLCanvasElement, sheet: Sheet): void {
  const c = canvas.getContext("2d");
  if (!c) return;
  c.fillStyle = "#ffffff";
  c.fillRect(0, 0, canvas.width, canvas.height);
  if (sheet.under) c.drawImage(sheet.under, 0, 0, canvas.width, canvas.height);
  c.strokeStyle = c.fillStyle = sheet.under ? "#d00000" : "#111111";
  c.lineWidth = Math.max(3, canvas.width / 200);
  c.lineCap = c.lineJoin = "round";
  for (const stroke of sheet.strokes) {
    c.beginPath();
    stroke.forEach((p, i) => (i === 0 ? c.moveTo(p.x, p.y) : c.lineTo(p.x, p.y)));
    const [only] = stroke;
    if (stroke.length === 1 && only) c.lineTo(only.x + 0.1, only.y);
    c.stroke();
  }
  if (sheet.text === "") return;
  let size = canvas.height / 3;
  c.textAlign = "center";
  c.textBaseline = "middle";
  do c.font = `${(size *= 0.9)}px system-ui, "Noto Sans SC", sans-serif`;
  while (size > 12 && c.measureText(sheet.text).width > canvas.width * 0.9);
  c.fillText(sheet.text, canvas.width / 2, canvas.height / 2);
}

/** Where a pointer is on the canvas, in its pixels. */
export function spotOf(canvas: HTMLCanvasElement, e: PointerEvent): Spot {
  const box = canvas.getBoundingClientRect();
  return { x: ((e.clientX - box.left) / (box.width || 1)) * canvas.width, y: ((e.clientY - box.top) / (box.height || 1)) * canvas.height };
}
