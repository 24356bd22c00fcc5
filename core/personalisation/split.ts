import { hash } from 'node:crypto';

/**
 * Which of several options somebody gets: weighted rendezvous hashing. Each option draws a number of its own for the
 * person, scaled by its weight; the best one is it. The draw knows neither the other options nor other activities, so whoever
 * moves when weights change moves from an option that lost weight against the one that they move to: nobody changes places
 * between options whose weights stay in proportion, and one that comes or goes moves only its own people (docs/decisions.md).
 */

const BYTES = 6;
const RANGE = 2 ** (8 * BYTES);

export interface Weighted {
  readonly id: string;
  /** At least 0: an option without weight is never drawn. */
  readonly weight: number;
}

/**
 * A number above 0 and below 1, evenly distributed over ids, always the same for the same two texts.
 * @param seed what is drawn for; different seeds know nothing of one another
 */
export function drawOf(seed: string, id: string): number {
  return (hash('sha256', `${seed}\n${id}`, 'buffer').readUIntBE(0, BYTES) + 0.5) / RANGE;
}

/** @returns the option of the one with this id; undefined where none has a weight */
export function chooseWeighted<T extends Weighted>(seed: string, options: readonly T[], id: string): T | undefined {
  let best: T | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const option of options) {
    if (option.weight <= 0) continue;
    const score = -Math.log(drawOf(`${seed}/${option.id}`, id)) / option.weight;
    if (score < bestScore) {
      best = option;
      bestScore = score;
    }
  }
  return best;
}
