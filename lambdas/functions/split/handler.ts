import { z } from 'zod';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { writeChunkList } from '#core/ingestion/batch/chunk-list.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { type FileSettings, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { type BatchFile, idInManifestKey, indexKey, isManifest, readManifest } from '#core/ingestion/batch/upload.ts';
import { dropIfOver } from '#core/ingestion/batch/working-blocks.ts';
import { KNOWN_SUFFIXES } from '#core/ingestion/format.ts';
import { isListOfFiles, MANIFEST_BYTES, mayBeManifest, whyIgnored } from '#core/ingestion/ignored-files.ts';
import { batchIdOf, blocksPrefix, datasetOfFile } from '#core/ingestion/landing.ts';
import { whereItWent } from '#core/ingestion/source/object-source.ts';
import { openAnnounced } from '#core/ingestion/source/open-object.ts';
import type { CsvSettings } from '#core/ingestion/text/csv-settings.ts';
import { thresholdOf } from '#core/pipeline/batch/threshold.ts';
import { unknownDataset } from '#core/pipeline/process.ts';
import { writeFileRejection } from '#core/pipeline/quarantine/write.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore, ObjectVersion } from '#core/ports/object-store.ts';
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
      size: z.number().optional(),
      versionId: z.string().default(''),
    }),
  }),
});

/** What S3 puts on the landing queue: uploads, or, once when the notification is set up, a test without any. */
export const notification = z.object({ Records: z.array(upload).default([]) });
export type Notification = z.output<typeof notification>;

/**
 * An upload → its chunks on the queue of those who look at them. Announced again, it says the same again; every chunk counts
 * once. What is read is the very object that was announced: another under its key is another batch.
 */
export function createSplitter(deps: SplitDeps) {
  const split = splitterOf(deps);
  return async ({ Records: uploads }: Notification): Promise<void> => {
    for (const announced of uploads) await split(announced);
  };
}

function splitterOf(deps: SplitDeps) {
  return async ({ s3, eventTime }: z.output<typeof upload>): Promise<void> => {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const { versionId, eTag, sequencer } = s3.object;
    const object = { key, version: versionOf(s3.object) };
    const catalog = await deps.catalog.current();
    const file = batchOfFile(object, `${versionId}|${eTag}|${sequencer}`, Date.parse(eventTime), catalog);
    const ignored = await whyNoData(object, s3.object.size, deps.landing);
    if (ignored !== undefined) return ignore({ ...file, ignored }, deps);
    const announced = isManifest(key)
      ? await batchOfManifest(object, file, deps.landing)
      : { batch: file, files: [object], replaces: false };
    const { batch } = announced;
    // Announced again after it is over: what was laid down for its workers is gone, and must not come back.
    if (await dropIfOver(batch.id, deps)) return;
    try {
      await open(announced, catalog, deps);
    } catch (error) {
      if (!(error instanceof FileRejectedError)) throw error;
      await reject(batch, error.rejection, deps);
    }
  };
}

/** A batch, and what it consists of. */
interface Announced {
  readonly batch: NewBatch;
  readonly files: readonly BatchFile[];
  /** Why nothing of it can be read. */
  readonly rejection?: Rejection;
  /** Whether others are taken back once it has been ingested. */
  readonly replaces: boolean;
  /** What its client says of how its CSV files are written. */
  readonly csv?: Partial<CsvSettings> | undefined;
}

/**
 * Brings a batch on its way; without a record it is over at once.
 * @throws FileRejectedError when it, or one of its files, can't be used
 */
async function open(
  { batch, files, rejection, replaces, csv }: Announced,
  catalog: CompiledCatalog,
  deps: SplitDeps,
): Promise<void> {
  if (rejection) throw new FileRejectedError(rejection);
  const { id, datasetId, file } = batch;
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) throw new FileRejectedError({ ...unknownDataset(catalog), pointer: file });
  const { messages, detected } = await planFiles(
    files,
    batch,
    csv ? { ...dataset.files, csv: { ...dataset.files.csv, ...csv } } : dataset.files,
    deps,
  );
  const chunks = messages.length;
  if (chunks === 0 && replaces) throw new FileRejectedError(NOTHING_IN_PLACE);
  await writeChunkList(deps.landing, messages);
  await listFile(batch, deps);
  await deps.operations.openBatch({ ...batch, chunks, ...(detected && { detected }) });
  await deps.validation.send(messages);
  if (chunks === 0) await dropIfOver(id, deps);
  logBatch({ batchId: id, datasetId, chunks });
}

/** What S3 says of the object: its ETag comes without the quotes that it has everywhere else. */
const versionOf = ({ eTag, versionId }: { eTag: string; versionId: string }): ObjectVersion | undefined =>
  eTag === '' ? undefined : { etag: `"${eTag.replaceAll('"', '')}"`, ...(isVersionId(versionId) && { versionId }) };
/** Where versioning has been suspended, the one version that others replace is called `null`. */
const isVersionId = (id: string): boolean => id !== '' && id !== 'null';

function batchOfFile(
  { key, version }: BatchFile,
  upload: string,
  receivedAt: number,
  catalog: CompiledCatalog,
): NewBatch {
  const datasetId = datasetOfFile(key);
  return {
    id: batchIdOf(key, upload),
    datasetId: datasetId ?? UNKNOWN_DATASET,
    file: key,
    ...(version && { version }),
    receivedAt,
    chunks: 0,
    partialIngestionPercentage: thresholdOf(catalog.datasets.get(datasetId ?? '')),
  };
}

const NO_MANIFEST: Rejection = {
  code: 'unsupported-format',
  message: 'The file is named like a batch of the batch API and is none; rename it',
  expected: KNOWN_SUFFIXES,
};

/** A batch of the batch API: its files lie elsewhere, and it says itself who it is, however often it is announced. */
async function batchOfManifest({ key, version }: BatchFile, file: NewBatch, landing: ObjectStore): Promise<Announced> {
  const none = { files: [], replaces: false };
  const bytes = await landing.get(key, undefined, version);
  if (!bytes)
    return { ...none, batch: { ...file, id: idInManifestKey(key) }, rejection: await whereItWent(landing, key) };
  const manifest = readManifest(bytes);
  if (!manifest) return { ...none, batch: file, rejection: NO_MANIFEST };
  const { batchId, completedAt, files, csv, replaces = [] } = manifest;
  const { partialIngestionPercentage = file.partialIngestionPercentage } = manifest;
  const batch = { ...file, id: batchId, receivedAt: completedAt, partialIngestionPercentage };
  return { batch, files, csv, replaces: replaces.length > 0 };
}

/** A batch without a record would take away what it is to replace. */
const NOTHING_IN_PLACE: Rejection = {
  code: 'empty-file',
  message: 'The batch has no record, and is to replace others; send the records that take their place',
  expected: 'at least one record',
};

/** Why an object holds no data, and is no failure either; undefined for a file. */
async function whyNoData(
  { key, version }: BatchFile,
  size: number | undefined,
  landing: ObjectStore,
): Promise<string | undefined> {
  const why = whyIgnored(key, size ?? (key.endsWith('/') ? await landing.size(key, version) : undefined));
  if (why !== undefined || !mayBeManifest(key)) return why;
  const all = size ?? (await landing.size(key, version)) ?? 0;
  const head = all > 0 ? await landing.get(key, { start: 0, end: Math.min(all, MANIFEST_BYTES) }, version) : undefined;
  return head && isListOfFiles(head) ? 'a list of files' : undefined;
}

/** It can be seen among the batches, and raises nothing. */
async function ignore(batch: NewBatch, deps: SplitDeps): Promise<void> {
  await listFile(batch, deps);
  await deps.operations.openBatch(batch);
  deps.metrics.count(METRICS.filesIgnored, 1);
  logBatch({ batchId: batch.id, datasetId: batch.datasetId, ignored: batch.ignored });
}

/**
 * The chunks of the files of a batch, numbered through. Some of its files may be empty, as those of jobs that write in
 * parallel are, and so may all of them.
 * @returns with what was found out of how the files are written
 * @throws FileRejectedError when one of them can't be used, or is not to be had any more
 */
async function planFiles(
  files: readonly BatchFile[],
  { id, datasetId, receivedAt }: NewBatch,
  settings: FileSettings,
  { landing, chunkBytes = CHUNK_BYTES }: SplitDeps,
): Promise<{ messages: ChunkMessage[]; detected?: NewBatch['detected'] }> {
  const messages: ChunkMessage[] = [];
  const found: NonNullable<NewBatch['detected']>[] = [];
  for (const [number, { key: file, version }] of files.entries()) {
    const source = await openAnnounced(landing, file, version);
    const plan = await listChunks(source, {
      targetBytes: chunkBytes,
      workspace: { store: landing, prefix: `${blocksPrefix(id)}${number}/` },
      files: settings,
    });
    const { format, gzip, unpacked, chunks, detected } = plan;
    if (detected) found.push(detected);
    for (const chunk of chunks) {
      const numbered = { ...chunk, index: messages.length };
      const where = { file, ...(version && { version }), ...(unpacked && { unpacked }) };
      messages.push({ batchId: id, datasetId, ...where, receivedAt, format, gzip, chunk: numbered });
    }
  }
  return { messages, ...(found.length > 0 && { detected: together(found) }) };
}

/** Files of one batch may be written in several ways. */
function together(found: readonly NonNullable<NewBatch['detected']>[]): NonNullable<NewBatch['detected']> {
  const names = new Set(found.flatMap((one) => Object.keys(one)));
  return Object.fromEntries(
    [...names].map((name) => [name, [...new Set(found.flatMap((one) => one[name] ?? []))].join(' or ')]),
  );
}

/** So that it is among the batches that can be listed; one of the batch API is from its beginning. */
async function listFile({ id, datasetId, receivedAt, file }: NewBatch, { landing }: SplitDeps): Promise<void> {
  if (!isManifest(file)) await landing.put(indexKey('files', { id, datasetId, createdAt: receivedAt }), '');
}

async function reject(batch: NewBatch, rejection: Rejection, deps: SplitDeps): Promise<void> {
  const { id, datasetId } = batch;
  // An earlier try, before the file went, may have brought the batch on its way.
  if ((await deps.operations.batch(id))?.commitDecision === 'stitch') return;
  // Nothing of what it says: that may be of people who were deleted, and the file itself stays where it is.
  await writeFileRejection(deps.quarantine, id, batch, rejection);
  await listFile(batch, deps);
  await deps.operations.rejectFile(batch, rejection);
  // … or opened it, and died.
  await deps.operations.decide(id, { rejection });
  await dropIfOver(id, deps);
  deps.metrics.count(METRICS.filesRejected, 1);
  logBatch({ batchId: id, datasetId, code: rejection.code });
}
