// @ruhu/forms/view is a form on the screen: <FormView :session>. Colours and sizes come from @ruhu/look/tokens.css.

export { default as FormView } from "./view/FormView.vue";
export type { Comment, Comments, Conflicts, EncodePhoto, Rival } from "./view/context.ts";
export type { Where } from "./view/walk.ts";
export { encodePhoto, photoPixels } from "./controls/photo.ts";
export { barcodeReader, type Reader } from "./controls/scan.ts";
export { shown } from "./view/shown.ts";
