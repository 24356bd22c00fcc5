import { type Upload, uploadKey } from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { formatOf } from '#core/ingestion/format.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { BatchTransitions } from '#core/record/batch-transitions.ts';
import type { Batch, Operations } from '#core/record/operations.ts';

/** A batch as it stands: what was asked for, what was done with it, what came of it. */
export interface KnownBatch {
  readonly upload: Upload;
  readonly transitions: BatchTransitions;
  /** Undefined before the splitter has come to it. */
  readonly batch: Batch | undefined;
}

export interface FindDeps {
  readonly landing: Pick<ObjectStore, 'get'>;
  readonly operations: Pick<Operations, 'progress'>;
}

/** A batch by its id; one that was not made here but put into the landing bucket as a file is known as well. */
export async function findBatch(batchId: string, { landing, operations }: FindDeps): Promise<KnownBatch | undefined> {
  const [bytes, { transitions, batch }] = await Promise.all([
    landing.get(uploadKey(batchId)),
    operations.progress(batchId),
  ]);
  if (bytes) return { upload: JSON.parse(Buffer.from(bytes).toString('utf8')) as Upload, transitions, batch };
  return batch && { upload: uploadOfFile(batch), transitions: { completed: batch.receivedAt, ...transitions }, batch };
}

function uploadOfFile({ id, datasetId, file, receivedAt }: Batch): Upload {
  const format = formatOf(file)?.format ?? 'json';
  return { id, datasetId, format: format === 'ndjson' ? 'json' : format, createdAt: receivedAt };
}

/** Whether a connection may send records of a dataset: of any where it names none. */
export const maySend = ({ datasets }: SourceConnectionDefinition, datasetId: string): boolean =>
  datasets === undefined || datasets.includes(datasetId);

/** The answer to a request that cannot be understood. @param detail what is wrong with it */
export const badRequest = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
