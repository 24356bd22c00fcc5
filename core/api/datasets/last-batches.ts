import type { Batch } from '#core/record/operations.ts';
import type { HttpAnswer } from '../http.ts';
import type { RouteCall } from '../management/route.ts';

/** `GET /lastBatches`: by dataset. */
export async function listLastBatches(call: RouteCall<{ dataSetId?: string | undefined }>): Promise<HttpAnswer> {
  const { dataSetId } = call.query;
  const last = new Map<string, Batch>();
  for await (const batch of call.deps.operations.batches()) {
    const { datasetId, receivedAt } = batch;
    if (dataSetId !== undefined && dataSetId !== datasetId) continue;
    if (receivedAt > (last.get(datasetId)?.receivedAt ?? 0)) last.set(datasetId, batch);
  }
  const described = [...last].map(([datasetId, { id, status, receivedAt }]) => [
    datasetId,
    {
      lastBatchId: id,
      lastBatchStatus: status,
      imsOrg: call.call.headers['x-gw-ims-org-id'] ?? '',
      sandboxId: call.deps.stage,
      created: receivedAt,
      updated: receivedAt,
    },
  ]);
  return { status: 200, body: Object.fromEntries(described) };
}
