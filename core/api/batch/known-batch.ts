import { type Marks, type Upload, uploadKey } from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { formatOf } from '#core/ingestion/format.ts';
import type { Batch } from '#core/record/operations.ts';
import type { BatchApiDeps } from './deps.ts';
import { marksOf } from './marks.ts';

/** A batch as it stands: what was asked for, what was done with it, what came of it. */
export interface KnownBatch {
  readonly upload: Upload;
  readonly marks: Marks;
  /** Undefined before the splitter has come to it. */
  readonly batch: Batch | undefined;
}

/** A batch by its id; one that was not made here but put into the landing bucket as a file is known as well. */
export async function findBatch(batchId: string, deps: BatchApiDeps): Promise<KnownBatch | undefined> {
  const bytes = await deps.landing.get(uploadKey(batchId));
  if (!bytes) return findFile(batchId, deps);
  const upload = JSON.parse(Buffer.from(bytes).toString('utf8')) as Upload;
  const marks = await marksOf(batchId, deps.landing);
  return { upload, marks, batch: marks.completed === undefined ? undefined : await deps.operations.batch(batchId) };
}

async function findFile(batchId: string, { landing, operations }: BatchApiDeps): Promise<KnownBatch | undefined> {
  const batch = await operations.batch(batchId);
  if (!batch) return undefined;
  const format = formatOf(batch.file)?.format ?? 'json';
  const upload = {
    id: batchId,
    datasetId: batch.datasetId,
    format: format === 'ndjson' ? ('json' as const) : format,
    createdAt: batch.receivedAt,
  };
  return { upload, marks: { completed: batch.receivedAt, ...(await marksOf(batchId, landing)) }, batch };
}

export const maySend = ({ datasets }: SourceConnectionDefinition, datasetId: string): boolean =>
  datasets === undefined || datasets.includes(datasetId);

export const badRequest = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
