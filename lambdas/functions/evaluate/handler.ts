import type { DynamoDBStreamEvent } from 'aws-lambda';
import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { Lookup, ProfileStore } from '#core/ports/profile-store.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

export interface EvaluateFunctionDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly metrics: Metrics;
  readonly now: Clock;
  /** Reads an image of the table's stream. */
  readImage(image: Readonly<Record<string, object>>): Lookup;
  pause(attempt: number): Promise<void>;
}

/** Profile stream → membership. Of several images of one item only the last is looked at. */
export function createHandler(deps: EvaluateFunctionDeps) {
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const catalog = await deps.catalog.current();
    const { profiles, memberships, now, pause } = deps;
    const evaluation = { profiles, memberships, now, pause, rules: stageRules(catalog).evaluation };
    let entered = 0;
    let exited = 0;
    const response = await handleByKey(records.map(byItemKey), async (root, changes) => {
      const image = changes.at(-1)?.record.dynamodb?.NewImage;
      const lookup = image && deps.readImage(image);
      if (!lookup || !('item' in lookup)) return;
      const result = await evaluate(root, evaluation, { image: lookup.item });
      entered += result.entered;
      exited += result.exited;
    });
    deps.metrics.count(METRICS.membershipsEntered, entered);
    deps.metrics.count(METRICS.membershipsExited, exited);
    logBatch({ images: records.length, entered, exited, failed: response.batchItemFailures.length });
    return response;
  };
}
