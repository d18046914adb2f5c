// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { draw } from "../src/screens/overview/shapes.ts";
import { readNames } from "../src/screens/people/names.ts";
import { articleOf } from "../src/screens/summary/article.ts";

describe("a list of workers", () => {
  test("is read as typed or pasted", () => {
    const { list, faults } = readNames("王小梅 990101001201003\n\n李 四\t990101001201001\t990101001201002\nAnne Smith, 990101001201001；990101001201001");
    expect(faults).toEqual([]);
    expect(list).toEqual([{ name: "王小梅", grids: ["990101001201003"] }, { name: "李 四", grids: ["990101001201001", "990101001201002"] }, { name: "Anne Smith", grids: ["990101001201001"] }]);
  });

  test("tells each line that is wrong, and why", () => {
    expect(readNames("王小梅\n990101001201003\n李四 9901").faults).toEqual([{ line: 1, why: "noGrid", about: "" }, { line: 2, why: "noName", about: "" }, { line: 3, why: "badGrid", about: "9901" }]);
  });
});

describe("shapes", () => {
  const square = (x: number, y: number): { type: string; coordinates: unknown } => ({ type: "Polygon", coordinates: [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]] });
  test("fill the width, north up, and no wider than they are", () => {
    const d = draw([{ code: "a", geometry: square(100, 0) }, { code: "b", geometry: square(101, 0) }], 800);
    expect(d.shapes.map((s) => s.code)).toEqual(["a", "b"]);
    expect(d.height).toBeCloseTo(400, 0);
    expect(d.shapes[0]?.path.startsWith("M0 ")).toBe(true);
    expect(d.shapes[1]?.x).toBeCloseTo(600, 0);
  });
  test("may be of several pieces, or none", () => {
    const d = draw([{ code: "a", geometry: { type: "MultiPolygon", coordinates: [square(0, 0).coordinates, square(3, 3).coordinates] } }]);
    expect(d.shapes[0]?.path.match(/M/g)).toHaveLength(2);
    expect(draw([])).toEqual({ shapes: [], width: 800, height: 0 });
    expect(draw([{ code: "a", geometry: { type: "Point", coordinates: [1, 2] } }]).shapes).toEqual([]);
  });
});

test("of a summary's page everything is taken but what could run", () => {
  const page = '<html><body><main><p>around</p><article class="summary"><link rel="stylesheet" href="/x.css"><h1>a</h1><p onclick="x()" style="color:red"><a href="javascript:x()">j</a><a href="//evil.example">e</a><a href="/v1/x">k</a></p><script>x()</script><img src="https://evil.example/x.png"><svg><path d="M0 0"/></svg><p>b</p></article></main></body></html>';
  const box = document.createElement("div");
  box.replaceChildren(...articleOf(page));
  expect(box.querySelectorAll("h1, p")).toHaveLength(3);
  expect(box.querySelector("svg path")).not.toBeNull();
  expect(box.innerHTML).not.toMatch(/script|onclick|javascript|style=|evil\.example/);
  expect(box.querySelector('a[href="/v1/x"]')).not.toBeNull();
  expect(document.querySelectorAll('link[href="/assets/summary.css"]')).toHaveLength(1);
  articleOf(page);
  expect(document.querySelectorAll('link[href="/assets/summary.css"]')).toHaveLength(1);
});
