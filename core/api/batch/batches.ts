import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { indexKey, type Upload, uploadKey } from '#core/ingestion/batch/upload.ts';
import { isProblem } from '#core/ingestion/collection/connection.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { type BatchTransitions, isOpen } from '#core/record/batch-transitions.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { announceBatch, filesOf } from './announce.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch, maySend } from './known-batch.ts';
import { csvSettingsOf, readNewBatch } from './new-batch.ts';
import { unfinishedParts } from './parts.ts';
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
    csv: csvSettingsOf(inputFormat),
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
  await landing.put(indexKey('uploads', upload), '');
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
      return revertBatch(known, catalog.datasets, deps);
    default:
      return badRequest('Expected ?action=COMPLETE, ABORT, FAIL or REVERT');
  }
}

/**
 * Lets the batch in. Saying it again does no harm: it is the same batch, with the files that it had when it was completed
 * first. An address of S3 takes a file also after that; it is none of the batch.
 */
async function completeBatch({ upload, transitions, batch }: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const { operations, landing, now } = deps;
  if (transitions.reverting === undefined && transitions.reverted === undefined && batch) return DONE;
  const obstacle = isOpen(transitions) ? await obstacleToComplete(upload, deps) : undefined;
  if (obstacle) return obstacle;
  const made = await operations.transition(upload.id, 'completed', now());
  if (!made.isMade) return closed(made.transitions);
  await announceBatch(upload, made.transitions.completed!, landing);
  return DONE;
}

/** Said while the batch is still open, so that it can be put right. */
async function obstacleToComplete({ id }: Upload, { landing }: BatchApiDeps): Promise<Problem | undefined> {
  const files = await filesOf(id, landing);
  const unfinished = await unfinishedParts(id, files, landing);
  if (unfinished !== undefined) return badRequest(unfinished);
  if (files.length === 0) return badRequest('The batch has no file; upload one, or abort the batch');
  if (files.length <= MAX_FILES) return undefined;
  return badRequest(`Batch ingestion guardrails hit: ${files.length} files (over the ${MAX_FILES} threshold)`);
}

/** Says that a batch is given up, unless it is complete, or was given up the other way. */
async function giveUp(
  how: 'aborted' | 'failed',
  { upload, transitions }: KnownBatch,
  { operations, now }: BatchApiDeps,
): Promise<HttpAnswer> {
  // A file of the landing bucket was complete from the beginning.
  if (transitions.completed !== undefined) return closed(transitions);
  const made = await operations.transition(upload.id, how, now());
  return made.isMade ? DONE : closed(made.transitions);
}

/** Why a batch cannot be changed any more. */
function closed(transitions: BatchTransitions): Problem {
  const isBack = transitions.reverting !== undefined || transitions.reverted !== undefined;
  const how = isBack
    ? 'being reverted, or was,'
    : transitions.completed === undefined
      ? statusOf(transitions, undefined)
      : 'complete';
  return badRequest(`The batch is ${how} already; create another one`);
}

const DONE: HttpAnswer = { status: 200, body: {} };

/** The answer to a sender whose connection is not open to the dataset. */
export const forbidden = ({ datasets = [] }: SourceConnectionDefinition): Problem =>
  problem(403, 'authentication', 'The connection may not send records of this dataset', {
    detail: `It may send records of ${datasets.join(', ')}`,
  });
