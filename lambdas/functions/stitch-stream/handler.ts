import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { streamedCounters } from '#core/counts/contributions.ts';
import { countOnce } from '#core/counts/count-once.ts';
import type { CountOnce } from '#core/counts/ports/count-store.ts';
import { countActivities } from '#core/personalisation/count.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import { countOutcomes, type Finished } from '#core/pipeline/counts.ts';
import { processRecords, type ReceivedRecord } from '#core/pipeline/process.ts';
import { receivePayload } from '#core/pipeline/receive-payload.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
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
  readonly tallies: CountOnce;
  readonly activityCounts: ActivityCounts;
  readonly suppression: SuppressUnder;
  readonly metrics: Metrics;
  backoff(attempt: number): Promise<void>;
}

/** Records worked on together: as many as a function is given, unless they hold many more, or unpack to more than this. */
const MAX_RECORDS = 10_000;
const MAX_CHARACTERS = 8 * 1_048_576;

/** Kinesis `collection` → validate, keep, stitch. Counts are of what is finished; the rest comes again. */
export function createHandler(deps: StitchStreamDeps) {
  return async ({ Records: records }: KinesisStreamEvent): Promise<BatchResponse> => {
    const catalog = await deps.catalog.current();
    const sum = { records: 0, rejected: 0, failed: 0 };
    let failedFrom: string | undefined;
    for (const group of groupsOf(records, catalog)) {
      const { records: received, rejected, failed, firstFailed } = await finish(group, catalog, deps);
      sum.records += received;
      sum.rejected += rejected;
      sum.failed += failed;
      failedFrom = firstFailed;
      // What follows comes again as well.
      if (failedFrom !== undefined) break;
    }
    logBatch(sum);
    return retryFrom(failedFrom);
  };
}

/** Kinesis records, and the records that they hold. */
interface Group {
  readonly records: KinesisStreamRecord[];
  readonly received: ReceivedRecord[];
}

/** Kinesis records are unpacked when it is their turn, and stay whole: of each all is finished, or all comes again. */
function* groupsOf(records: readonly KinesisStreamRecord[], catalog: CompiledCatalog): Iterable<Group> {
  let group: Group = { records: [], received: [] };
  let characters = 0;
  for (const record of records) {
    const held = receive(record, catalog);
    group.records.push(record);
    for (const one of held) {
      group.received.push(one);
      characters += one.raw.length;
    }
    if (group.received.length < MAX_RECORDS && characters < MAX_CHARACTERS) continue;
    yield group;
    group = { records: [], received: [] };
    characters = 0;
  }
  if (group.records.length > 0) yield group;
}

function receive(record: KinesisStreamRecord, catalog: CompiledCatalog) {
  const { data, sequenceNumber, approximateArrivalTimestamp } = record.kinesis;
  const position = { source: `kinesis:${shardOf(record)}`, sequenceNumber };
  const metadata = {
    receivedAt: Math.round(approximateArrivalTimestamp * 1_000),
    tieBreaker: tieOf(sequenceNumber),
  };
  return receivePayload(Buffer.from(data, 'base64'), position, metadata, catalog);
}

async function finish({ records, received }: Group, catalog: CompiledCatalog, deps: StitchStreamDeps) {
  const { lake, quarantine, profiles, timeline, lookups, activityCounts, backoff } = deps;
  const { fold } = stageSettings(catalog);
  const counting = { activities: catalog.activities, namespaces: fold.links, counts: activityCounts, backoff };
  const processed = await processRecords(received, partOf(records), {
    catalog,
    lake,
    quarantine,
    suppress: deps.suppression(stageSettings(catalog).suppression),
    stitch: { profiles, timeline, lookups, settings: fold, isNew: true, backoff },
    countActivities: (accepted) => countActivities(accepted, counting),
  });
  const failed = new Set(processed.failed.map(({ received: { position } }) => position.sequenceNumber));
  if (processed.failed[0]) logFailure(processed.failed[0].error);
  const firstFailed = records.find(({ kinesis }) => failed.has(kinesis.sequenceNumber))?.kinesis.sequenceNumber;
  const finished = before(firstFailed, processed, records);
  await countFinished(finished, until(firstFailed, records), catalog, deps.tallies);
  emitCounts(deps.metrics, countOutcomes(finished), processed.lateLinks);
  return { records: received.length, rejected: processed.rejected.length, failed: failed.size, firstFailed };
}

/** Counts what was finished, once, whatever comes again. */
async function countFinished(
  finished: Finished,
  sequenceNumbers: readonly string[],
  { datasets }: CompiledCatalog,
  tallies: CountOnce,
): Promise<void> {
  const ids = [...new Set(sequenceNumbers)];
  const changeOf = (from: number, to: number) =>
    streamedCounters(from === 0 && to === ids.length ? finished : among(ids.slice(from, to), finished), (id) =>
      datasets.has(id),
    );
  await countOnce({ source: 'collection', ids, changeOf }, tallies);
}

/** What came before the first record that failed: all the others come again, and are counted then. */
function before(
  firstFailed: string | undefined,
  finished: Finished,
  records: readonly KinesisStreamRecord[],
): Finished {
  return firstFailed === undefined ? finished : among(until(firstFailed, records), finished);
}

const until = (firstFailed: string | undefined, records: readonly KinesisStreamRecord[]): string[] => {
  const numbers = records.map(({ kinesis }) => kinesis.sequenceNumber);
  return firstFailed === undefined ? numbers : numbers.slice(0, numbers.indexOf(firstFailed));
};

function among(sequenceNumbers: readonly string[], { rejected, outcomes }: Finished): Finished {
  const wanted = new Set<string | undefined>(sequenceNumbers);
  return {
    rejected: rejected.filter(({ position }) => wanted.has(position.sequenceNumber)),
    outcomes: outcomes.filter(({ received }) => wanted.has(received.position.sequenceNumber)),
  };
}

/** Event ids are `shardId-000000000000:<sequence number>`. */
const shardOf = ({ eventID }: KinesisStreamRecord): string => eventID.split(':')[0] ?? 'unknown';

/** Sequence numbers are decimal and of different lengths; with zeros in front they sort as text. */
const tieOf = (sequenceNumber: string): string => sequenceNumber.padStart(60, '0');

/** The same records, delivered again, are kept in the same place. */
const partOf = (records: readonly KinesisStreamRecord[]): string =>
  `${shardOf(records[0]!)}-${records[0]!.kinesis.sequenceNumber}-${records.length}`;
