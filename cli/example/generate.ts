import { type Expectations, expectationsOf } from './expectations.ts';
import { type Mishaps, withMishaps } from './mishaps.ts';
import { createPeople } from './people.ts';
import { seededRandom } from './random.ts';
import { type Records, recordsOf } from './records.ts';

export { DATASET_IDS } from './mishaps.ts';
export type { DatasetId, Row } from './records.ts';

export interface ExampleOptions {
  /** The same seed, instant and number of people make the same example. */
  readonly seed: number;
  /** Epoch ms: everything has happened before. */
  readonly now: number;
  readonly people: number;
}

export const DEFAULT_EXAMPLE: Omit<ExampleOptions, 'now'> = { seed: 20_261, people: 400 };

/** The records of each dataset of `catalog/`, in the order in which they are received, and what must come of them. */
export interface Example extends Records, Pick<Mishaps, 'damagedLines'> {
  readonly expected: Expectations & Pick<Mishaps, 'refused' | 'duplicates'>;
}

/** The data of the invented retailer Riverbend Outfitters. Nobody in it exists. */
export function generateExample({ seed, now, people: count }: ExampleOptions): Example {
  const random = seededRandom(seed);
  const people = createPeople(random, now, count);
  const { records, damagedLines, refused, duplicates } = withMishaps(random, recordsOf(random, people, now), now);
  return { ...records, damagedLines, expected: { ...expectationsOf(people, now), refused, duplicates } };
}
