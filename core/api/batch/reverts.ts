import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { UNLESS_COMPLETED } from '#core/record/batch-transitions.ts';
import type { Operations } from '#core/record/operations.ts';
import { batchToRevert, type RevertMessage } from '#core/revert/batch-to-revert.ts';
import type { HttpAnswer } from '../http.ts';
import { badRequest, type FindDeps, findBatch, type KnownBatch } from './known-batch.ts';
import { statusOf } from './report.ts';

const ACCEPTED: HttpAnswer = { status: 200, body: {} };

export interface RevertDeps {
  readonly landing: ObjectStore;
  readonly operations: Operations;
  /** Takes batches to those who take them back. */
  readonly reverts: MessageQueue<RevertMessage>;
  readonly now: Clock;
}

/**
 * `?action=REVERT`: as if the batch had never come. One of which nothing was ingested is so at once; else it takes its time,
 * and its status says when it is done. May be said again.
 */
export async function revertBatch(
  known: KnownBatch,
  datasets: ReadonlyMap<string, CompiledDataset>,
  deps: RevertDeps,
): Promise<HttpAnswer> {
  const { upload, transitions, batch } = known;
  const { operations, now } = deps;
  const status = statusOf(transitions, batch);
  if (status === 'inactive') return ACCEPTED;
  if (transitions.completed === undefined || status === 'failed') {
    const unless = status === 'failed' && batch ? [] : UNLESS_COMPLETED;
    const { isMade } = await operations.transition(upload.id, 'reverted', now(), unless);
    // Somebody has completed it in the meantime.
    return isMade ? ACCEPTED : notYet(upload.id, statusOf({ completed: now() }, undefined));
  }
  if (transitions.reverting === undefined) {
    const obstacle = obstacleTo(known, datasets.get(upload.datasetId));
    if (obstacle) return obstacle;
    if (!(await batchToRevert(batch!, deps.landing))) return FORGOTTEN;
    await operations.transition(upload.id, 'reverting', now());
  }
  await deps.reverts.send([{ batchId: upload.id }]);
  return ACCEPTED;
}

/** Why a new batch of a dataset cannot take the place of these; undefined where it can. */
export async function obstacleToReplace(
  predecessors: readonly string[],
  dataset: CompiledDataset,
  deps: FindDeps & { readonly landing: ObjectStore },
): Promise<Problem | undefined> {
  for (const id of predecessors) {
    const known = await findBatch(id, deps);
    if (!known) return badRequest(`replay.predecessors: there is no batch "${id}"`);
    if (known.upload.datasetId !== dataset.id) {
      return badRequest(`replay.predecessors: batch "${id}" is one of dataset "${known.upload.datasetId}"`);
    }
    const obstacle = isOver(known) ? undefined : obstacleTo(known, dataset);
    if (obstacle) return obstacle;
    if (!isOver(known) && !(await batchToRevert(known.batch!, deps.landing))) return FORGOTTEN;
  }
  return undefined;
}

/** Nothing of it is in profiles, or it will not be for long. */
const isOver = ({ transitions, batch }: KnownBatch): boolean =>
  transitions.reverting !== undefined || ['aborted', 'failed', 'inactive'].includes(statusOf(transitions, batch));

const notYet = (id: string, status: string): Problem =>
  badRequest(`Batch "${id}" is ${status}; it can be reverted once it is success, aborted or failed`);

function obstacleTo(
  { upload, transitions, batch }: KnownBatch,
  dataset: CompiledDataset | undefined,
): Problem | undefined {
  const status = statusOf(transitions, batch);
  if (status !== 'success') return notYet(upload.id, status);
  if (!dataset) return badRequest(`Dataset "${upload.datasetId}" is not in the catalog that is active`);
  return dataset.lookup ? NO_LOOKUPS : undefined;
}

const NO_LOOKUPS = problem(501, 'inlet', 'A batch of a lookup dataset cannot be reverted', {
  detail:
    'Send the records again as they should be: of each key the latest one counts. A record with operation "delete" removes a key',
});
const FORGOTTEN = badRequest(
  'The batch is older than 30 days, for which files are kept, so its records can no longer be identified',
);
