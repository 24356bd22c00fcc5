import type { DynamoDBStreamEvent } from 'aws-lambda';
import { route } from '#core/activation/route.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { createRouting, type RoutingDeps } from '#lambdas/runtime/routing.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

/** Membership stream → destination queues. What is routed is decided by what is stored now, not by the image. */
export function createHandler(deps: RoutingDeps) {
  const begin = createRouting(deps);
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const routing = begin(records[0]?.eventID);
    const response = await handleByKey(records.map(byItemKey), (canonicalKey) =>
      routing.run((own) => route(canonicalKey, own, { inOrder: true })),
    );
    await routing.end();
    const { queued, excluded } = routing;
    logBatch({ images: records.length, queued, excluded, failed: response.batchItemFailures.length });
    return response;
  };
}
