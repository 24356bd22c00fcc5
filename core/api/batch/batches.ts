import type { CompiledCatalog } from '#core/catalog/compile.ts';
import {
  filesPrefix,
  indexKey,
  manifestKey,
  PARTS_SUFFIX,
  type Upload,
  uploadKey,
} from '#core/ingestion/batch/upload.ts';
import { isProblem } from '#core/ingestion/collection/connection.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch, maySend } from './known-batch.ts';
import { setMark } from './marks.ts';
import { readNewBatch } from './new-batch.ts';
import { describeBatch, statusOf } from './report.ts';
import { obstacleToReplace, revertBatch } from './reverts.ts';

/** aep.md §2.4 */
const MAX_FILES = 25_000;
const JSON_TYPE = { contentType: 'application/json' };

/** `POST /batches` */
export async function createBatch(
  { body, headers }: HttpCall,
  connection: SourceConnectionDefinition,
  catalog: CompiledCatalog,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  const { landing, now, newId } = deps;
  const wanted = readNewBatch(body);
  if (isProblem(wanted)) return wanted;
  const { datasetId, inputFormat, externalId, enableErrorDiagnostics, partialIngestionPercentage, replay } = wanted;
  if (!catalog.datasets.has(datasetId)) return badRequest('No dataset of this id is in the catalog that is active');
  if (!maySend(connection, datasetId)) return forbidden(connection);
  const replaces = replay?.predecessors;
  const obstacle = replaces && (await obstacleToReplace(replaces, catalog.datasets.get(datasetId)!, deps));
  if (obstacle) return obstacle;
  const upload: Upload = {
    id: newId(),
    datasetId,
    format: inputFormat.format,
    createdAt: now(),
    externalId,
    enableErrorDiagnostics,
    partialIngestionPercentage,
    replaces,
    createdBy: connection.id,
    imsOrg: headers['x-gw-ims-org-id'],
    sandbox: headers['x-sandbox-name'],
  };
  await landing.put(uploadKey(upload.id), JSON.stringify(upload), JSON_TYPE);
  await landing.put(indexKey(upload), '');
  return { status: 201, body: describeBatch(upload) };
}

/** `POST /batches/{id}?action=` */
export function finishBatch(
  { query }: HttpCall,
  known: KnownBatch,
  catalog: CompiledCatalog,
  deps: BatchApiDeps,
): Promise<HttpAnswer> | HttpAnswer {
  switch (query.action?.toUpperCase()) {
    case 'COMPLETE':
      return completeBatch(known, deps);
    case 'ABORT':
      return giveUp('aborted', known, deps);
    case 'FAIL':
      return giveUp('failed', known, deps);
    case 'REVERT':
      return revertBatch(known, catalog, deps);
    default:
      return badRequest('Expected ?action=COMPLETE, ABORT, FAIL or REVERT');
  }
}

/**
 * Lets the batch in. Saying it again does no harm: it is the same batch, with the files that it had when it was completed
 * first. An address of S3 takes a file also after that; it is none of the batch.
 */
async function completeBatch({ upload, marks, batch }: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const status = statusOf(marks, batch);
  if (isGivenUp(status, marks))
    return badRequest(
      `The batch is ${marks.reverting === undefined ? status : 'being taken back, or was,'} already; create another one`,
    );
  const isAnnounced = marks.completed !== undefined && (await deps.landing.size(manifestKey(upload))) !== undefined;
  if (batch || isAnnounced) return DONE;
  const keys = new Set(await Array.fromAsync(deps.landing.list(filesPrefix(upload.id))));
  // A file that came in parts and in one piece is one file.
  const files = [...keys].filter((key) => !keys.has(`${key}${PARTS_SUFFIX}`));
  if (files.length === 0) return badRequest('The batch has no file; upload one, or abort the batch');
  if (files.length > MAX_FILES) {
    return badRequest(`Batch ingestion guardrails hit: ${files.length} files (over the ${MAX_FILES} threshold)`);
  }
  const completedAt = await setMark(upload.id, 'completed', deps);
  const { id, partialIngestionPercentage, replaces } = upload;
  const manifest = { batchId: id, completedAt, partialIngestionPercentage, replaces, files };
  await deps.landing.put(manifestKey(upload), JSON.stringify(manifest), JSON_TYPE);
  return DONE;
}

async function giveUp(
  mark: 'aborted' | 'failed',
  { upload, marks }: KnownBatch,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  if (marks.completed !== undefined || marks.reverted !== undefined)
    return badRequest('The batch is complete already, or was taken back');
  await setMark(upload.id, mark, deps);
  return DONE;
}

const isGivenUp = (status: string, marks: KnownBatch['marks']): boolean =>
  status === 'aborted' ||
  status === 'inactive' ||
  marks.reverting !== undefined ||
  (status === 'failed' && marks.failed !== undefined);

const DONE: HttpAnswer = { status: 200, body: {} };

export const forbidden = ({ datasets = [] }: SourceConnectionDefinition): Problem =>
  problem(403, 'authentication', 'The connection may not send records of this dataset', {
    detail: `It may send records of ${datasets.join(', ')}`,
  });
