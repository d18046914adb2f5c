// Shapes of areas as paths on a plane: own projection, no tiles, no other server.

export type Ring = readonly (readonly [number, number, ...number[]])[];

export interface Geometry {
  readonly type: string;
  readonly coordinates: unknown;
}

export interface Shape {
  readonly code: string;
  readonly path: string;
  /** Where a label can stand. */
  readonly x: number;
  readonly y: number;
}

export interface Drawn {
  readonly shapes: readonly Shape[];
  readonly width: number;
  readonly height: number;
}

function ringsOf(g: Geometry): readonly Ring[] {
  if (g.type === "Polygon") return g.coordinates as readonly Ring[];
  if (g.type === "MultiPolygon") return (g.coordinates as readonly (readonly Ring[])[]).flat();
  return [];
}

/** Draws shapes in degrees into a box of a width; a degree of longitude is as long as it is at their middle. */
export function draw(list: readonly { readonly code: string; readonly geometry: Geometry }[], width = 800): Drawn {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  const all = list.map((s) => ({ code: s.code, rings: ringsOf(s.geometry) }));
  for (const s of all) for (const r of s.rings) for (const [x, y] of r) [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
  if (!Number.isFinite(west)) return { shapes: [], width, height: 0 };
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = width / Math.max((east - west) * squeeze, 1e-9);
  const height = Math.max(1, (north - south) * scale);
  const at = ([x, y]: Ring[number]): [number, number] => [Math.round((x - west) * squeeze * scale * 10) / 10, Math.round((north - y) * scale * 10) / 10];
  const shapes = all.map((s) => {
    const outer = s.rings.reduce<Ring>((a, r) => (area(r) > area(a) ? r : a), []);
    const [cx, cy] = middle(outer);
    const [x, y] = outer.length ? at([cx, cy]) : [0, 0];
    return { code: s.code, path: s.rings.map((r) => `M${r.map((p) => at(p).join(" ")).join("L")}Z`).join(""), x, y };
  });
  return { shapes, width, height };
}

function area(r: Ring): number {
  let sum = 0;
  r.forEach(([x, y], i) => {
    const [u, v] = r[(i + 1) % r.length] ?? [x, y];
    sum += x * v - u * y;
  });
  return Math.abs(sum) / 2;
}

function middle(r: Ring): [number, number] {
  let [a, x, y] = [0, 0, 0];
  r.forEach(([x0, y0], i) => {
    const [x1, y1] = r[(i + 1) % r.length] ?? [x0, y0];
    const c = x0 * y1 - x1 * y0;
    a += c;
    x += (x0 + x1) * c;
    y += (y0 + y1) * c;
  });
  return a === 0 ? [r[0]?.[0] ?? 0, r[0]?.[1] ?? 0] : [x / (3 * a), y / (3 * a)];
}
