// @ruhu/look is how both apps look: colours, type, space, sizes of what is touched, as values and as CSS custom properties
// (@ruhu/look/tokens.css). Nothing else names a colour or a size.

export { contrast, luminance } from "./contrast.ts";
export { css } from "./css.ts";
export * from "./tokens.ts";
