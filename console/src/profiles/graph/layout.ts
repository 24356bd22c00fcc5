import type { Graph } from '../model.ts';
import { centreOf, type Element, type Elements, elementsOf, identitiesOf, type Line } from './elements.ts';

/** More identities than this no drawing makes clear. */
export const MAX_DRAWN = 50;
/** Elements that are drawn as cards; more are discs. */
const MAX_CARDS = 12;

export interface Form {
  readonly name: 'card' | 'disc';
  readonly width: number;
  readonly height: number;
}

export interface Placed extends Element {
  /** The middle. */
  readonly x: number;
  readonly y: number;
  /** Links between it and the strongest identity. */
  readonly ring: number;
}

export interface Drawing {
  readonly form: Form;
  /** From the centre outwards, ring by ring. */
  readonly placed: readonly Placed[];
  readonly lines: readonly Line[];
}

/** `apart` is the least distance of two middles, as if the rings were circles; these are as flat as `flat` says. */
const CARD = { name: 'card', width: 150, height: 44, flat: 0.5, apart: 190, between: 190 } as const;
const DISC = { name: 'disc', width: 28, height: 28, flat: 1, apart: 40, between: 72 } as const;

/**
 * Where everything of a graph is drawn: the strongest identity in the middle, around it rings by distance, within a ring
 * by priority, then what was seen last. It depends on the graph alone: no chance, no time, no order of what is given.
 * @param opened ids of folds that are shown in full
 * @returns nothing where there is too much to draw
 */
export function drawingOf(graph: Graph, opened?: ReadonlySet<string>): Drawing | undefined {
  const identities = identitiesOf(graph);
  if (identities.length > MAX_DRAWN) return undefined;
  const shown = elementsOf(graph, opened);
  const form = shown.elements.length <= MAX_CARDS ? CARD : DISC;
  const placed: Placed[] = [];
  let radius = 0;
  for (const [ring, elements] of ringsOf(shown, centreOf(graph, identities)).entries()) {
    if (ring > 0) radius = Math.max(radius + form.between, radiusOf(elements.length, form.apart));
    const start = startOf(elements, shown.lines, placed, form.flat);
    for (const [i, element] of elements.entries()) {
      placed.push({ ...element, ...at(start + (i * 2 * Math.PI) / elements.length, radius, form.flat), ring });
    }
  }
  const { name, width, height } = form;
  return { form: { name, width, height }, placed, lines: shown.lines };
}

const at = (angle: number, radius: number, flat: number) => ({
  x: Math.round(radius * Math.cos(angle)),
  y: Math.round(radius * Math.sin(angle) * flat),
});

/** Of a circle on which so many have their least distance. */
const radiusOf = (count: number, apart: number): number => (count < 2 ? 0 : apart / (2 * Math.sin(Math.PI / count)));

/** By distance from the centre; what no link reaches is outermost. */
function ringsOf({ elements, lines }: Elements, centre: string | undefined): Element[][] {
  const rings: Element[][] = [];
  const waiting = new Map(elements.map((element) => [element.id, element]));
  let reached = new Set(centre === undefined ? [] : [centre]);
  while (waiting.size > 0) {
    const ring = elements.filter(({ id }) => waiting.has(id) && reached.has(id));
    if (ring.length === 0) return [...rings, [...waiting.values()]];
    rings.push(ring);
    for (const { id } of ring) waiting.delete(id);
    reached = new Set(lines.flatMap(({ a, b }) => (reached.has(a) ? [b] : reached.has(b) ? [a] : [])));
  }
  return rings;
}

/** How far a ring is turned: so that its elements are nearest to what they are linked to further in. */
function startOf(ring: readonly Element[], lines: readonly Line[], inner: readonly Placed[], flat: number): number {
  const angleOf = new Map(inner.filter(({ ring: of }) => of > 0).map(({ id, x, y }) => [id, Math.atan2(y / flat, x)]));
  const wanted = ring.flatMap(({ id }, i) =>
    lines.flatMap(({ a, b }) => {
      const angle = a === id ? angleOf.get(b) : b === id ? angleOf.get(a) : undefined;
      return angle === undefined ? [] : [angle - (i * 2 * Math.PI) / ring.length];
    }),
  );
  const cost = (start: number): number => wanted.reduce((sum, one) => sum + 1 - Math.cos(start - one), 0);
  return wanted.reduce((best, one) => (cost(one) < cost(best) - 1e-9 ? one : best), wanted[0] ?? 0);
}
