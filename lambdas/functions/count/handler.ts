import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { type Counters, changeOf } from '#core/counts/counters.ts';
import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { CountStore } from '#core/counts/ports/count-store.ts';
import { type LastBatches, lastOfEach, type OpenedBatch } from '#core/counts/ports/last-batches.ts';
import type { Recounts } from '#core/counts/ports/recounts.ts';
import { recountedSeries, repairCounts } from '#core/counts/recount.ts';
import { stageCounts } from '#core/counts/stage-counts.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { countImages } from '#lambdas/runtime/count-images.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';
import { type BatchResponse, retryFrom } from '#lambdas/runtime/stream-batch.ts';

type Image = Readonly<Record<string, object>>;

export interface CountDeps {
  readonly catalog: CatalogPort;
  readonly counts: CountStore;
  readonly history: CountHistory;
  readonly recounts: Recounts;
  readonly lastBatches: Pick<LastBatches, 'note'>;
  readonly metrics: Metrics;
  readonly now: Clock;
  /** What an image of the table `operations` contributes. */
  operationsIn(image: Image): Counters;
  /** The batch that a change has opened. */
  openedBatchIn(before: Image | undefined, after: Image | undefined): OpenedBatch | undefined;
}

/** Of what was wrong, so much is logged. */
const MAX_LOGGED = 20;

/**
 * Stream of the table `operations` (delivery states, batches, and what other readers of streams have counted) → counters, each
 * change once. Every hour → they are checked, and kept as history.
 */
export function createHandler(deps: CountDeps) {
  return async (event: DynamoDBStreamEvent | object): Promise<BatchResponse> =>
    'Records' in event ? await countChanges(event.Records, deps) : await writeHistory(deps);
}

async function countChanges(
  records: readonly DynamoDBRecord[],
  { counts, operationsIn, ...deps }: CountDeps,
): Promise<BatchResponse> {
  const noted = await noteBatches(records, deps);
  const response = await countImages(
    records,
    { source: 'operations', store: counts, changeOf: (record) => changeIn(record, operationsIn) },
    noted,
  );
  logBatch({ images: records.length, failed: response.batchItemFailures.length });
  return response;
}

/** Notes the last batch of each dataset; where that fails, everything comes again. */
async function noteBatches(
  records: readonly DynamoDBRecord[],
  { lastBatches, openedBatchIn }: Pick<CountDeps, 'lastBatches' | 'openedBatchIn'>,
): Promise<BatchResponse> {
  try {
    const opened = records.flatMap(({ dynamodb }) => openedBatchIn(dynamodb?.OldImage, dynamodb?.NewImage) ?? []);
    for (const batch of lastOfEach(opened)) await lastBatches.note(batch);
    return retryFrom(undefined);
  } catch (error) {
    logFailure(error, { images: records.length });
    return retryFrom(records[0]?.dynamodb?.SequenceNumber);
  }
}

function changeIn({ dynamodb }: DynamoDBRecord, operationsIn: CountDeps['operationsIn']): Counters {
  const { OldImage: before, NewImage: after, Keys: keys } = dynamodb!;
  // What was counted stays counted when the note of it has expired.
  if (before && keys!.pk!.S!.startsWith(OPERATIONS_PREFIX.streamTally)) return {};
  const read = (image: Image | undefined): Counters => (image ? operationsIn(image) : {});
  return changeOf(read(before), read(after));
}

/** What the nightly job has found is compared before what is counted is written down. */
async function writeHistory(deps: CountDeps): Promise<BatchResponse> {
  const { counts, history, metrics, now } = deps;
  const catalog = await deps.catalog.current();
  const repaired = await repairCounts(recountedSeries(catalog.destinations.keys()), deps);
  metrics.count(METRICS.countsRepaired, repaired.length);
  if (repaired.length > 0) logBatch({ countsRepaired: repaired.slice(0, MAX_LOGGED) });
  await history.write(await stageCounts(countedOf(catalog), { counts, now }));
  return retryFrom(undefined);
}

const countedOf = ({ segmentDefinitions, destinations, datasets }: CompiledCatalog) => ({
  segments: [...segmentDefinitions.keys()],
  destinations: [...destinations.keys()],
  datasets: [...datasets.keys()],
});
