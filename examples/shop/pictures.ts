import type { Category } from '#cli/example/model.ts';
import { html, type Markup } from './html.ts';

/** Drawn for this shop: a hill, a sun, and what the category is about. Colours are those of the style sheet. */
const DRAWN: Readonly<Record<Category, Markup>> = {
  tents: html`<path class="p-main" d="M60 128 L120 44 L180 128 Z"/><path class="p-dark" d="M104 128 L120 72 L136 128 Z"/><path class="p-line" d="M120 44 L112 34 M120 44 L128 34"/>`,
  boots: html`<path class="p-main" d="M92 46 h36 v44 l32 14 q14 6 14 20 H92 Z"/><path class="p-dark" d="M88 120 h88 v12 H88 Z"/><path class="p-line" d="M112 58 h16 M112 70 h16 M112 82 h16"/>`,
  jackets: html`<path class="p-main" d="M98 48 h44 l26 20 -10 30 -14 -8 v44 H96 v-44 l-14 8 -10 -30 Z"/><path class="p-line" d="M120 48 v86 M104 112 h8 M128 112 h8"/><path class="p-dark" d="M106 48 q14 14 28 0 Z"/>`,
  packs: html`<rect class="p-main" x="88" y="50" width="64" height="84" rx="20"/><rect class="p-dark" x="100" y="92" width="40" height="30" rx="6"/><path class="p-line" d="M108 50 q12 -18 24 0 M100 74 h40"/>`,
  stoves: html`<path class="p-dark" d="M84 118 h72 l8 14 H76 Z"/><rect class="p-main" x="90" y="92" width="60" height="18" rx="4"/><path class="p-flame" d="M120 88 q-18 -18 0 -44 q18 26 0 44 Z"/>`,
};

/** A picture that says nothing that the text beside it does not say. */
export const pictureOf = (category: Category): Markup =>
  html`<svg class="picture" viewBox="0 0 240 160" aria-hidden="true" focusable="false"><rect class="p-sky" width="240" height="160"/><circle class="p-sun" cx="196" cy="38" r="16"/><path class="p-far" d="M0 128 L54 78 L98 116 L150 66 L240 128 Z"/><path class="p-ground" d="M0 126 Q120 112 240 126 V160 H0 Z"/>${DRAWN[category]}</svg>`;
