import type { FoldOutcome } from '#core/profile/fold.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import type { Rejection } from '#core/record/record.ts';
import type { Processed } from './process.ts';

export const NO_COUNTS: OutcomeCounts = {
  accepted: 0,
  rejected: 0,
  duplicate: 0,
  rejections: {},
  withoutProfile: {},
  graphRejections: {},
  identitiesOmitted: {},
  valuesOmitted: {},
};

/** Records that are done with. */
export type Finished = Pick<Processed, 'rejected' | 'outcomes'>;

/** What counting looks at. */
interface Counted {
  readonly rejected: Processed['rejected'];
  readonly outcomes: readonly CountedOutcome[];
}

interface CountedOutcome extends FoldOutcome {
  readonly received?: { readonly omitted?: readonly { readonly reason: string }[] };
}

/** What became of processed records. A record with several rejections counts under its first. */
export function countOutcomes({ rejected, outcomes }: Counted): OutcomeCounts {
  const first = outcomes.filter(({ duplicate }) => !duplicate);
  return {
    accepted: first.length,
    rejected: rejected.length,
    duplicate: outcomes.length - first.length,
    rejections: tally(rejected.map(({ rejections }) => rejections[0]!.code)),
    withoutProfile: tally(outcomes.flatMap(({ withoutProfile }) => withoutProfile ?? [])),
    graphRejections: tally(outcomes.flatMap(({ graphRejection }) => graphRejection ?? [])),
    identitiesOmitted: tally(first.flatMap(({ record }) => reasonsOf(record.omitted))),
    valuesOmitted: tally(first.flatMap(({ received }) => reasonsOf(received?.omitted))),
    ...rareCounts({
      timestampsBounded: first.filter(({ record }) => record.isBounded).length,
      amended: first.filter(({ amends }) => amends).length,
    }),
  };
}

const reasonsOf = (omitted: readonly { readonly reason: string }[] = []): readonly string[] =>
  omitted.map(({ reason }) => reason);

/** What was looked at and not ingested yet: `accepted` are the good ones. @param good how many */
export const countValidated = (good: number, bad: Processed['rejected']): OutcomeCounts => ({
  ...NO_COUNTS,
  accepted: good,
  rejected: bad.length,
  rejections: tally(bad.map(({ rejections }) => rejections[0]!.code)),
});

/** A file that cannot be read, or cannot be read to its end, counts as one rejected record. */
export const countFileRejection = ({ code }: Rejection): OutcomeCounts => ({
  ...NO_COUNTS,
  rejected: 1,
  rejections: { [code]: 1 },
});

/** The same, dataset by dataset; what names no dataset of the catalog counts as `unknown`. */
export function countByDataset(
  processed: Counted,
  isKnown: (datasetId: string) => boolean,
): Map<string, OutcomeCounts> {
  const named = (datasetId: string): string => (isKnown(datasetId) ? datasetId : UNKNOWN_DATASET);
  const rejected = Map.groupBy(processed.rejected, ({ datasetId }) => named(datasetId));
  const outcomes = Map.groupBy(processed.outcomes, ({ record }) => record.datasetId);
  return new Map(
    [...new Set([...rejected.keys(), ...outcomes.keys()])].map((id) => [
      id,
      countOutcomes({ rejected: rejected.get(id) ?? [], outcomes: outcomes.get(id) ?? [] }),
    ]),
  );
}

/** Two counts together. */
export const addCounts = (x: OutcomeCounts, y: OutcomeCounts): OutcomeCounts => ({
  accepted: x.accepted + y.accepted,
  rejected: x.rejected + y.rejected,
  duplicate: x.duplicate + y.duplicate,
  rejections: addTallies(x.rejections, y.rejections),
  withoutProfile: addTallies(x.withoutProfile, y.withoutProfile),
  graphRejections: addTallies(x.graphRejections, y.graphRejections),
  ...rareCounts(Object.fromEntries(RARE_COUNTS.map((name) => [name, (x[name] ?? 0) + (y[name] ?? 0)]))),
  identitiesOmitted: addTallies(x.identitiesOmitted, y.identitiesOmitted),
  valuesOmitted: addTallies(x.valuesOmitted, y.valuesOmitted),
});

/** Counts that are omitted where they are none. */
export const RARE_COUNTS = ['repeatedHeaders', 'timestampsBounded', 'amended'] as const;
type RareCounts = Pick<OutcomeCounts, (typeof RARE_COUNTS)[number]>;

/** As a part of counts. @returns those that are not 0 */
export const rareCounts = (counts: { readonly [K in keyof RareCounts]?: number | undefined }): RareCounts =>
  Object.fromEntries(RARE_COUNTS.flatMap((name) => (counts[name] ? [[name, counts[name]]] : [])));

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
