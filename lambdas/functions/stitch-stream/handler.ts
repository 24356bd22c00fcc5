import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { countByDataset, countOutcomes, type Finished } from '#core/pipeline/counts.ts';
import { processRecords } from '#core/pipeline/process.ts';
import { receiveMessage } from '#core/pipeline/receive-message.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';
import { emitCounts } from '#lambdas/runtime/record-metrics.ts';
import { type BatchResponse, retryFrom } from '#lambdas/runtime/stream-batch.ts';
import type { SuppressUnder } from '#lambdas/runtime/suppression.ts';

export interface StitchStreamDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly lookups: LookupStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  readonly suppression: SuppressUnder;
  readonly metrics: Metrics;
  backoff(attempt: number): Promise<void>;
}

/** Kinesis `collection` → validate, keep, stitch. Counts are of what is finished; the rest comes again. */
export function createHandler(deps: StitchStreamDeps) {
  return async ({ Records: records }: KinesisStreamEvent): Promise<BatchResponse> => {
    const catalog = await deps.catalog.current();
    const { lake, quarantine, profiles, timeline, lookups, backoff } = deps;
    const received = records.map((record) => {
      const { data, sequenceNumber, approximateArrivalTimestamp } = record.kinesis;
      const position = { source: `kinesis:${shardOf(record)}`, sequenceNumber };
      const ingestionId = {
        receivedAt: Math.round(approximateArrivalTimestamp * 1_000),
        tieBreaker: tieOf(sequenceNumber),
      };
      return receiveMessage(Buffer.from(data, 'base64'), position, ingestionId, catalog);
    });
    const processed = await processRecords(received, partOf(records), {
      catalog,
      lake,
      quarantine,
      suppress: deps.suppression(stageSettings(catalog).suppression),
      stitch: { profiles, timeline, lookups, settings: stageSettings(catalog).fold, backoff },
    });
    const failed = new Set(processed.failed.map(({ received: { position } }) => position.sequenceNumber));
    if (processed.failed[0]) logFailure(processed.failed[0].error);
    const firstFailed = records.find(({ kinesis }) => failed.has(kinesis.sequenceNumber))?.kinesis.sequenceNumber;
    const finished = before(firstFailed, processed, records);
    for (const [datasetId, counts] of countByDataset(finished, (id) => catalog.datasets.has(id))) {
      await deps.operations.countStream(datasetId, counts);
    }
    emitCounts(deps.metrics, countOutcomes(finished), processed.lateLinks);
    logBatch({ records: records.length, rejected: processed.rejected.length, failed: failed.size });
    return retryFrom(firstFailed);
  };
}

/** What came before the first record that failed: all the others come again, and are counted then. */
function before(
  firstFailed: string | undefined,
  { rejected, outcomes }: Finished,
  records: readonly KinesisStreamRecord[],
): Finished {
  if (firstFailed === undefined) return { rejected, outcomes };
  const numbers = records.map(({ kinesis }) => kinesis.sequenceNumber);
  const finished = new Set<string | undefined>(numbers.slice(0, numbers.indexOf(firstFailed)));
  return {
    rejected: rejected.filter(({ position }) => finished.has(position.sequenceNumber)),
    outcomes: outcomes.filter(({ received }) => finished.has(received.position.sequenceNumber)),
  };
}

/** Event ids are `shardId-000000000000:<sequence number>`. */
const shardOf = ({ eventID }: KinesisStreamRecord): string => eventID.split(':')[0] ?? 'unknown';

/** Sequence numbers are decimal and of different lengths; with zeros in front they sort as text. */
const tieOf = (sequenceNumber: string): string => sequenceNumber.padStart(60, '0');

/** The same records, delivered again, are kept in the same place. */
const partOf = (records: readonly KinesisStreamRecord[]): string =>
  `${shardOf(records[0]!)}-${records[0]!.kinesis.sequenceNumber}-${records.length}`;
