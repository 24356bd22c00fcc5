import { stageRules } from '#core/catalog/rules.ts';
import { keepInQuarantine } from '#core/ingestion/archive.ts';
import type { ChunkMessage } from '#core/ingestion/chunk-message.ts';
import { addCounts, countFileRefusal, countOutcomes, NO_COUNTS } from '#core/ingestion/counts.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { objectSource } from '#core/ingestion/object-source.ts';
import { processRecords, type ReceivedRecord, receiveRow, unknownDataset } from '#core/ingestion/process.ts';
import { FileRefusedError, type Refusal } from '#core/ingestion/record.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/ports/operations.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import type { Timeline } from '#core/ports/timeline.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { emitCounts } from '#lambdas/runtime/record-metrics.ts';

export interface StitchChunkDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  readonly metrics: Metrics;
  pause(attempt: number): Promise<void>;
}

/** Records that are validated, kept and stitched at a time. */
const SLICE = 1_000;

/** One chunk of a file → validate, keep, stitch; then it is counted home. */
export function createWorker(deps: StitchChunkDeps) {
  return async (message: ChunkMessage): Promise<void> => {
    const catalog = await deps.catalog.current();
    const { lake, quarantine, profiles, timeline, pause } = deps;
    const part = `${message.batchId}-${message.chunk.index}`;
    const process = {
      catalog,
      lake,
      quarantine,
      stitch: { profiles, timeline, rules: stageRules(catalog).fold, pause },
    };
    let counts = NO_COUNTS;
    let slices = 0;
    let graphRefusals = 0;
    const finish = async (slice: readonly ReceivedRecord[]): Promise<void> => {
      const processed = await processRecords(slice, `${part}-${slices++}`, process);
      if (processed.failed[0]) throw processed.failed[0].error;
      counts = addCounts(counts, countOutcomes(processed));
      graphRefusals += processed.outcomes.filter(({ graphRefusal }) => graphRefusal).length;
    };
    const refusal = await eachSlice(message, catalog, deps.landing, finish);
    if (refusal) {
      counts = addCounts(counts, countFileRefusal(refusal));
      const { datasetId, file, receivedAt } = message;
      const row = { datasetId, position: { source: file }, receivedAt, tie: '', refusals: [refusal], raw: '' };
      await keepInQuarantine(deps.quarantine, `file-${part}`, [row]);
    }
    await deps.operations.completeChunk(message.batchId, message.chunk.index, counts, refusal);
    emitCounts(deps.metrics, counts, graphRefusals);
    const { accepted, refused } = counts;
    logBatch({ batchId: message.batchId, chunk: message.chunk.index, accepted, refused });
  };
}

/** Reads the chunk slice by slice. @returns why the rest of it could not be read, if so */
async function eachSlice(
  { datasetId, file, receivedAt, format, gzip, chunk }: ChunkMessage,
  catalog: Awaited<ReturnType<CatalogPort['current']>>,
  landing: ObjectStore,
  finish: (slice: readonly ReceivedRecord[]) => Promise<void>,
): Promise<Refusal | undefined> {
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return unknownDataset(catalog);
  const size = await landing.size(file);
  if (size === undefined) return { code: 'corrupt-file', message: 'The file was deleted before it was read' };
  const source = objectSource(landing, file, size);
  let slice: ReceivedRecord[] = [];
  let refusal: Refusal | undefined;
  try {
    for await (const decoded of decodeChunk(source, { format, gzip }, chunk)) {
      const tie = String(decoded.position.row ?? 0).padStart(12, '0');
      slice.push(receiveRow(decoded, dataset, format, { receivedAt, tie }));
      if (slice.length < SLICE) continue;
      await finish(slice);
      slice = [];
    }
  } catch (error) {
    if (!(error instanceof FileRefusedError)) throw error;
    refusal = error.refusal;
  }
  if (slice.length > 0) await finish(slice);
  return refusal;
}
