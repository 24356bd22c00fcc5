import type { Drawing } from './layout.ts';

/** Where the keyboard is in a drawing: on an element, or on a line that is followed from one of its ends. */
export interface Stand {
  readonly id: string;
  readonly from?: string;
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Where an arrow leads: right follows a link outwards and left one towards the centre, by way of the link itself; up and
 * down go to the element or link beside. Every element and line is reached.
 */
export function stepped(drawing: Drawing, stand: Stand, key: string): Stand {
  const line = drawing.lines.find(({ id }) => id === stand.id);
  if (!line) return steppedFromElement(drawing, stand, key);
  const from = stand.from ?? line.a;
  if (key === 'ArrowRight') return { id: line.a === from ? line.b : line.a };
  if (key === 'ArrowLeft') return { id: from };
  return { id: beside(linesAt(drawing, from), stand.id, STEPS[key] ?? 0), from };
}

function steppedFromElement(drawing: Drawing, { id }: Stand, key: string): Stand {
  const step = STEPS[key];
  const ids = drawing.placed.map((one) => one.id);
  if (step !== undefined) return { id: beside(ids, id, step) };
  const place = new Map(ids.map((one, i) => [one, i]));
  const lines = drawing.lines.filter(({ a, b }) => a === id || b === id);
  const far = (line: { a: string; b: string }): string => (line.a === id ? line.b : line.a);
  const outwards = lines.filter((line) => place.get(far(line))! > place.get(id)!);
  if (key === 'ArrowRight') return outwards[0] ? { id: outwards[0].id, from: id } : { id };
  const inwards = lines.find((line) => !outwards.includes(line));
  return key === 'ArrowLeft' && inwards ? { id: inwards.id, from: far(inwards) } : { id };
}

const linesAt = ({ lines }: Drawing, id: string): string[] =>
  lines.filter(({ a, b }) => a === id || b === id).map((line) => line.id);

const beside = (ids: readonly string[], id: string, step: number): string =>
  ids[(ids.indexOf(id) + step + ids.length) % ids.length] ?? id;
