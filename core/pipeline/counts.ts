import type { FoldOutcome } from '#core/profile/fold.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import type { Refusal } from '#core/record/record.ts';
import type { Processed } from './process.ts';

export const NO_COUNTS: OutcomeCounts = {
  accepted: 0,
  refused: 0,
  duplicate: 0,
  refusals: {},
  withoutProfile: {},
  graphRefusals: {},
};

/** Records that are done with. */
export type Finished = Pick<Processed, 'refused' | 'outcomes'>;

/** What counting looks at. */
interface Counted {
  readonly refused: Processed['refused'];
  readonly outcomes: readonly FoldOutcome[];
}

/** What became of processed records. A record with several refusals counts under its first. */
export function countOutcomes({ refused, outcomes }: Counted): OutcomeCounts {
  const isFirst = ({ duplicate }: FoldOutcome): boolean => !duplicate;
  return {
    accepted: outcomes.filter(isFirst).length,
    refused: refused.length,
    duplicate: outcomes.length - outcomes.filter(isFirst).length,
    refusals: tally(refused.map(({ refusals }) => refusals[0]!.code)),
    withoutProfile: tally(outcomes.flatMap(({ withoutProfile }) => withoutProfile ?? [])),
    graphRefusals: tally(outcomes.flatMap(({ graphRefusal }) => graphRefusal ?? [])),
  };
}

/** What was looked at and not taken in yet: `accepted` are the good ones. */
export const countValidated = (good: number, bad: Processed['refused']): OutcomeCounts => ({
  ...NO_COUNTS,
  accepted: good,
  refused: bad.length,
  refusals: tally(bad.map(({ refusals }) => refusals[0]!.code)),
});

/** A file that cannot be read, or cannot be read to its end, counts as one refused record. */
export const countFileRefusal = ({ code }: Refusal): OutcomeCounts => ({
  ...NO_COUNTS,
  refused: 1,
  refusals: { [code]: 1 },
});

/** The same, dataset by dataset; what names no dataset of the catalog counts as `unknown`. */
export function countByDataset(
  processed: Counted,
  isKnown: (datasetId: string) => boolean,
): Map<string, OutcomeCounts> {
  const named = (datasetId: string): string => (isKnown(datasetId) ? datasetId : UNKNOWN_DATASET);
  const refused = Map.groupBy(processed.refused, ({ datasetId }) => named(datasetId));
  const outcomes = Map.groupBy(processed.outcomes, ({ record }) => record.datasetId);
  return new Map(
    [...new Set([...refused.keys(), ...outcomes.keys()])].map((id) => [
      id,
      countOutcomes({ refused: refused.get(id) ?? [], outcomes: outcomes.get(id) ?? [] }),
    ]),
  );
}

export const addCounts = (x: OutcomeCounts, y: OutcomeCounts): OutcomeCounts => ({
  accepted: x.accepted + y.accepted,
  refused: x.refused + y.refused,
  duplicate: x.duplicate + y.duplicate,
  refusals: addTallies(x.refusals, y.refusals),
  withoutProfile: addTallies(x.withoutProfile, y.withoutProfile),
  graphRefusals: addTallies(x.graphRefusals, y.graphRefusals),
});

function tally(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function addTallies(x: Readonly<Record<string, number>>, y: Readonly<Record<string, number>>): Record<string, number> {
  const sum = { ...x };
  for (const [reason, count] of Object.entries(y)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
