import type { HttpAnswer } from '../http.ts';
import type { RouteCall } from '../management/route.ts';

/** `GET /lastBatches`: by dataset. */
export async function listLastBatches(call: RouteCall<{ dataSetId?: string | undefined }>): Promise<HttpAnswer> {
  const { definitions, lastBatches, operations, stage } = call.deps;
  const { dataSetId } = call.query;
  const { catalog } = await definitions.active();
  const ids = catalog.datasets.map(({ id }) => id).filter((id) => dataSetId === undefined || id === dataSetId);
  const described = await Promise.all(
    [...(await lastBatches.of(ids))].map(async ([datasetId, batchId]) => {
      const batch = await operations.batch(batchId);
      if (!batch) return [];
      const { id, status, receivedAt } = batch;
      const answer = {
        lastBatchId: id,
        lastBatchStatus: status,
        imsOrg: call.call.headers['x-gw-ims-org-id'] ?? '',
        sandboxId: stage,
        created: receivedAt,
        updated: receivedAt,
      };
      return [[datasetId, answer] as const];
    }),
  );
  return { status: 200, body: Object.fromEntries(described.flat()) };
}
