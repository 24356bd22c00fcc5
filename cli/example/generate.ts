import { type Expectations, expectationsOf } from './expectations.ts';
import { type InjectedBadData, withInjectedBadData } from './injected-bad-data.ts';
import { createPersons } from './persons.ts';
import { seededRandom } from './random.ts';
import { type Records, recordsOf } from './records.ts';

export { DATASET_IDS } from './injected-bad-data.ts';
export type { DatasetId, Row } from './records.ts';

export interface ExampleOptions {
  /** The same seed, instant and number of people make the same example. */
  readonly seed: number;
  /** Epoch ms: everything has happened before. */
  readonly now: number;
  readonly persons: number;
}

export const DEFAULT_EXAMPLE: Omit<ExampleOptions, 'now'> = { seed: 20_261, persons: 400 };

/** The records of each dataset of `catalog/`, in the order in which they are received, and what must come of them. */
export interface Example extends Records, Pick<InjectedBadData, 'damagedLines'> {
  readonly expected: Expectations & Pick<InjectedBadData, 'rejected' | 'duplicates'>;
}

/** The data of the invented retailer Riverbend Outfitters. Nobody in it exists. */
export function generateExample({ seed, now, persons: count }: ExampleOptions): Example {
  const random = seededRandom(seed);
  const persons = createPersons(random, now, count);
  const { records, damagedLines, rejected, duplicates } = withInjectedBadData(
    random,
    recordsOf(random, persons, now),
    now,
  );
  return { ...records, damagedLines, expected: { ...expectationsOf(persons, now), rejected, duplicates } };
}
