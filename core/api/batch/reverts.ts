import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import { batchToRevert } from '#core/revert/batch-to-revert.ts';
import type { HttpAnswer } from '../http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, findBatch, type KnownBatch } from './known-batch.ts';
import { setMark } from './marks.ts';
import { statusOf } from './report.ts';

const ACCEPTED: HttpAnswer = { status: 200, body: {} };

/**
 * `?action=REVERT`: as if the batch had never come. One of which nothing was ingested is so at once; else it takes its time,
 * and its status says when it is done. May be said again.
 */
export async function revertBatch(
  known: KnownBatch,
  catalog: CompiledCatalog,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  const { upload, marks, batch } = known;
  const status = statusOf(marks, batch);
  if (status === 'inactive') return ACCEPTED;
  if (marks.completed === undefined || status === 'failed') {
    await setMark(upload.id, 'reverted', deps);
    return ACCEPTED;
  }
  if (marks.reverting === undefined) {
    const obstacle = obstacleTo(known, catalog.datasets.get(upload.datasetId));
    if (obstacle) return obstacle;
    if (!(await batchToRevert(batch!, deps.landing))) return FORGOTTEN;
    await setMark(upload.id, 'reverting', deps);
  }
  await deps.reverts.send([{ batchId: upload.id }]);
  return ACCEPTED;
}

/** Why a new batch of a dataset cannot take the place of these; undefined where it can. */
export async function obstacleToReplace(
  predecessors: readonly string[],
  dataset: CompiledDataset,
  deps: BatchApiDeps,
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
const isOver = ({ marks, batch }: KnownBatch): boolean =>
  marks.reverting !== undefined || ['aborted', 'failed', 'inactive'].includes(statusOf(marks, batch));

function obstacleTo({ upload, marks, batch }: KnownBatch, dataset: CompiledDataset | undefined): Problem | undefined {
  const status = statusOf(marks, batch);
  if (status !== 'success') {
    return badRequest(`Batch "${upload.id}" is ${status}; it can be taken back once it is success, aborted or failed`);
  }
  if (!dataset) return badRequest(`Dataset "${upload.datasetId}" is not in the catalog that is active`);
  return dataset.lookup ? NO_LOOKUPS : undefined;
}

const NO_LOOKUPS = problem(501, 'inlet', 'A batch of a lookup dataset cannot be taken back', {
  detail:
    'Send the records again as they should be: of each key the latest one counts. A record with operation "delete" removes a key',
});
const FORGOTTEN = badRequest(
  'The batch is older than its files are kept, 30 days, so that its records cannot be told from others any more',
);
