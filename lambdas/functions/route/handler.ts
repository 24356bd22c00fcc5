import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { route } from '#core/activation/route.ts';
import { type Counters, changeOf } from '#core/counts/counters.ts';
import type { CountOnce } from '#core/counts/ports/count-store.ts';
import { countImages } from '#lambdas/runtime/count-images.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { createRouting, type RoutingDeps } from '#lambdas/runtime/routing.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

type Image = Readonly<Record<string, object>>;

export interface RouteDeps extends RoutingDeps {
  readonly tallies: CountOnce;
  /** What an image of the table's stream contributes to the sizes of audiences. */
  membershipsIn(image: Image): Counters;
}

/**
 * Membership stream → destination queues, and the sizes of audiences. What is routed is decided by what is stored now, not by the
 * image; what is counted is the difference of the images.
 */
export function createHandler(deps: RouteDeps) {
  const begin = createRouting(deps);
  const read = (image: Image | undefined): Counters => (image ? deps.membershipsIn(image) : {});
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const routing = begin(records[0]?.eventID);
    const routed = await handleByKey(records.map(byItemKey), (canonicalKey) =>
      routing.run((own) => route(canonicalKey, own, { inOrder: true })),
    );
    await routing.end();
    const response = await countImages(
      records,
      {
        source: 'memberships',
        store: deps.tallies,
        changeOf: ({ dynamodb }: DynamoDBRecord) => changeOf(read(dynamodb?.OldImage), read(dynamodb?.NewImage)),
      },
      routed,
    );
    const { queued, excluded } = routing;
    logBatch({ images: records.length, queued, excluded, failed: response.batchItemFailures.length });
    return response;
  };
}
