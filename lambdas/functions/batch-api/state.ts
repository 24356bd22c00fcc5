import type { SourceConnectionDefinition } from '#core/catalog/definitions.ts';
import {
  MARKS,
  type Mark,
  type Marks,
  markKey,
  marksPrefix,
  type Upload,
  uploadKey,
} from '#core/ingestion/batch-api/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import { formatOf } from '#core/ingestion/format.ts';
import type { Batch } from '#core/ports/operations.ts';
import type { BatchApiDeps } from './deps.ts';

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
  const marks = await marksOf(batchId, deps);
  return { upload, marks, batch: marks.completed === undefined ? undefined : await deps.operations.batch(batchId) };
}

async function findFile(batchId: string, { operations }: BatchApiDeps): Promise<KnownBatch | undefined> {
  const batch = await operations.batch(batchId);
  if (!batch) return undefined;
  const format = formatOf(batch.file)?.format ?? 'json';
  const upload = {
    id: batchId,
    datasetId: batch.datasetId,
    format: format === 'ndjson' ? ('json' as const) : format,
    createdAt: batch.receivedAt,
  };
  return { upload, marks: { completed: batch.receivedAt }, batch };
}

async function marksOf(batchId: string, { landing }: Pick<BatchApiDeps, 'landing'>): Promise<Marks> {
  const prefix = marksPrefix(batchId);
  const keys = await Array.fromAsync(landing.list(prefix));
  const found = keys.map((key) => key.slice(prefix.length) as Mark).filter((mark) => MARKS.includes(mark));
  const times = found.map(async (mark) => [mark, await markedAt(batchId, mark, landing)] as const);
  return Object.fromEntries(await Promise.all(times));
}

/** Sets a mark, if it is not set. @returns when it was set first */
export async function setMark(batchId: string, mark: Mark, { landing, now }: BatchApiDeps): Promise<number> {
  const known = await markedAt(batchId, mark, landing);
  if (known !== undefined) return known;
  const at = now();
  await landing.put(markKey(batchId, mark), String(at));
  return at;
}

async function markedAt(batchId: string, mark: Mark, landing: BatchApiDeps['landing']): Promise<number | undefined> {
  const text = await landing.get(markKey(batchId, mark));
  return text && Number(Buffer.from(text).toString('utf8'));
}

export const maySend = ({ datasets }: SourceConnectionDefinition, datasetId: string): boolean =>
  datasets === undefined || datasets.includes(datasetId);

export const badRequest = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
