import { dark, fonts, icon, light, motion, type Palette, radius, space, touch, type } from "./tokens.ts";

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (c) => "-" + c.toLowerCase());
}

function properties(values: Record<string, string>): string {
  return Object.entries(values).map(([name, value]) => `  --${name}: ${value};`).join("\n");
}

function colours(p: Palette): Record<string, string> {
  return Object.fromEntries(Object.entries(p).map(([name, value]) => [`colour-${kebab(name)}`, String(value).toLowerCase()]));
}

function sizes(t: { body: number; question: number; small: number; title: number; lineHeight: number }): Record<string, string> {
  const { lineHeight, ...px } = t;
  const scaled = Object.entries(px).map(([name, value]) => [`text-${name}`, `calc(${value}px * var(--text-scale))`]);
  return { ...Object.fromEntries(scaled), "line-height": String(lineHeight) };
}

/** The tokens as CSS custom properties: what tokens.css holds. */
export function css(): string {
  const base = {
    ...colours(light),
    ...Object.fromEntries(Object.entries(space).map(([name, px]) => [`space-${name}`, `${px}px`])),
    "touch-target": `${touch.target}px`, "touch-gap": `${touch.gap}px`, radius: `${radius}px`, icon: `${icon}px`, motion: `${motion.most}ms`,
    "font-text": fonts.text, "text-scale": "1",
  };
  return [
    "/* Generated from packages/look/src/tokens.ts by npm run generate. Do not edit. */",
    `:root {\n  color-scheme: light;\n${properties(base)}\n}`,
    `:root[data-theme="dark"] {\n  color-scheme: dark;\n${properties(colours(dark))}\n}`,
    `:root,\n:root[data-app="phone"] {\n${properties(sizes(type.phone))}\n}`,
    `:root[data-app="office"] {\n${properties(sizes(type.office))}\n}`,
    ...type.scales.slice(1).map((percent) => `:root[data-text="${percent}"] {\n  --text-scale: ${percent / 100};\n}`),
    "@media (prefers-reduced-motion: reduce) {\n  :root {\n    --motion: 0ms;\n  }\n}",
    "",
  ].join("\n\n").trimEnd() + "\n";
}
