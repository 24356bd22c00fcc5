import { z } from 'zod';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { writeChunkList } from '#core/ingestion/batch/chunk-list.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { type BatchManifest, isManifest, readManifest } from '#core/ingestion/batch/upload.ts';
import { dropIfOver } from '#core/ingestion/batch/working-blocks.ts';
import { KNOWN_SUFFIXES } from '#core/ingestion/format.ts';
import { batchIdOf, blocksPrefix, datasetOfFile } from '#core/ingestion/landing.ts';
import { rejectForeignHeader } from '#core/ingestion/mapping/reject-header.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import { rawOf } from '#core/ingestion/text/decode-json.ts';
import { thresholdOf } from '#core/pipeline/batch/threshold.ts';
import { unknownDataset } from '#core/pipeline/process.ts';
import { writeFileRejection } from '#core/pipeline/quarantine/write.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { NewBatch, Operations } from '#core/record/operations.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface SplitDeps {
  readonly catalog: CatalogPort;
  readonly landing: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  /** Takes the chunks to those who look at them. */
  readonly validation: MessageQueue<ChunkMessage>;
  readonly metrics: Metrics;
  /** @default 8 MB */
  readonly chunkBytes?: number;
}

const CHUNK_BYTES = 8 * 1_048_576;

const upload = z.object({
  eventTime: z.string(),
  s3: z.object({
    object: z.object({
      key: z.string(),
      eTag: z.string().default(''),
      sequencer: z.string().default(''),
      versionId: z.string().default(''),
    }),
  }),
});

/** What S3 puts on the landing queue: uploads, or, once when the notification is set up, a test without any. */
export const notification = z.object({ Records: z.array(upload).default([]) });
export type Notification = z.output<typeof notification>;

/** An upload → its chunks on the queue of those who look at them. Announced again, it says the same again; every chunk counts once. */
export function createSplitter(deps: SplitDeps) {
  const split = splitterOf(deps);
  return async ({ Records: uploads }: Notification): Promise<void> => {
    for (const announced of uploads) await split(announced);
  };
}

function splitterOf(deps: SplitDeps) {
  return async ({ s3, eventTime }: z.output<typeof upload>): Promise<void> => {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const version = `${s3.object.versionId}|${s3.object.eTag}|${s3.object.sequencer}`;
    const catalog = await deps.catalog.current();
    const file = batchOfFile(key, version, Date.parse(eventTime), catalog);
    const manifest = isManifest(key) ? await manifestAt(key, deps.landing) : undefined;
    if (manifest === 'none') return await reject(file, NO_MANIFEST, deps);
    const { files, ...batch } = manifest ? batchOfManifest(key, manifest, catalog) : { ...file, files: [key] };
    // Announced again after it is over: what was laid down for its workers is gone, and must not come back.
    if (await dropIfOver(batch.id, deps)) return;
    try {
      const dataset = catalog.datasets.get(batch.datasetId);
      if (!dataset) throw new FileRejectedError({ ...unknownDataset(catalog), pointer: key });
      const messages = await planFiles(files, batch, dataset, deps);
      // Uploaded and deleted again before we came.
      if (messages.length === 0) return;
      await writeChunkList(deps.landing, messages);
      await deps.operations.openBatch({ ...batch, chunks: messages.length });
      await deps.validation.send(messages);
      logBatch({ batchId: batch.id, datasetId: batch.datasetId, chunks: messages.length });
    } catch (error) {
      if (!(error instanceof FileRejectedError)) throw error;
      await reject(batch, error.rejection, deps);
    }
  };
}

function batchOfFile(file: string, version: string, receivedAt: number, catalog: CompiledCatalog): NewBatch {
  const datasetId = datasetOfFile(file);
  return {
    id: batchIdOf(file, version),
    datasetId: datasetId ?? UNKNOWN_DATASET,
    file,
    receivedAt,
    chunks: 0,
    partialIngestionPercentage: thresholdOf(catalog.datasets.get(datasetId ?? '')),
  };
}

/** What the batch API wrote at the key; `none` where it is not of its making. */
async function manifestAt(key: string, landing: ObjectStore): Promise<BatchManifest | 'none' | undefined> {
  const bytes = await landing.get(key);
  // Uploaded and deleted again before we came: so it is for any file, whatever its name.
  return bytes && (readManifest(bytes) ?? 'none');
}

const NO_MANIFEST: Rejection = {
  code: 'unsupported-format',
  message: 'The file is named like a batch of the batch API and is none; rename it',
  expected: KNOWN_SUFFIXES,
};

/** A batch of the batch API: its files lie elsewhere, and it says itself who it is, however often it is announced. */
function batchOfManifest(
  key: string,
  { batchId, completedAt, files, partialIngestionPercentage }: BatchManifest,
  catalog: CompiledCatalog,
): NewBatch & { files: readonly string[] } {
  const batch = { ...batchOfFile(key, '', completedAt, catalog), id: batchId, files };
  return partialIngestionPercentage === undefined ? batch : { ...batch, partialIngestionPercentage };
}

/**
 * The chunks of the files of a batch, numbered through. Some of several files may be empty, as those of jobs that write
 * in parallel are.
 * @throws FileRefusedError when one of them can't be used, or all are empty
 */
async function planFiles(
  files: readonly string[],
  { id, datasetId, receivedAt }: NewBatch,
  { definition }: CompiledDataset,
  { landing, chunkBytes = CHUNK_BYTES }: SplitDeps,
): Promise<ChunkMessage[]> {
  const messages: ChunkMessage[] = [];
  let empty: FileRejectedError | undefined;
  for (const [number, file] of files.entries()) {
    const source = await openObject(landing, file);
    if (!source) continue;
    try {
      const plan = await listChunks(source, {
        targetBytes: chunkBytes,
        workspace: { store: landing, prefix: `${blocksPrefix(id)}${number}/` },
      });
      rejectForeignHeader(plan, definition.mapping);
      const { format, gzip, unpacked, chunks } = plan;
      for (const chunk of chunks) {
        const numbered = { ...chunk, index: messages.length };
        const text = unpacked && { unpacked };
        messages.push({ batchId: id, datasetId, file, receivedAt, format, gzip, ...text, chunk: numbered });
      }
    } catch (error) {
      if (!(error instanceof FileRejectedError && error.rejection.code === 'empty-file')) throw error;
      empty ??= error;
    }
  }
  if (empty && messages.length === 0) throw empty;
  return messages;
}

/** Bytes of a rejected file that the quarantine keeps; the file itself stays where it is. */
const RAW_KEPT = 4_096;

async function reject(batch: NewBatch, rejection: Rejection, deps: SplitDeps): Promise<void> {
  const { id, datasetId, file } = batch;
  const head = await deps.landing.get(file, { start: 0, end: RAW_KEPT });
  await writeFileRejection(deps.quarantine, id, batch, rejection, rawOf(head ?? new Uint8Array()));
  await deps.operations.rejectFile(batch, rejection);
  await dropIfOver(id, deps);
  deps.metrics.count(METRICS.filesRejected, 1);
  logBatch({ batchId: id, datasetId, code: rejection.code });
}
