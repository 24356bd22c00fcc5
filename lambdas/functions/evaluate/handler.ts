import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { Lookup, ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { evaluateChanges, type ItemChange } from '#core/segmentation/evaluate-change.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

type Image = Readonly<Record<string, object>>;

export interface EvaluateFunctionDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly metrics: Metrics;
  readonly now: Clock;
  /** Reads an image of the table's stream. */
  readImage(image: Image): Lookup;
  backoff(attempt: number): Promise<void>;
}

/** Profile stream → membership. Mostly the images of a change give the same answers, and nothing is read or written. */
export function createHandler(deps: EvaluateFunctionDeps) {
  const itemIn = (image: Image | undefined): ProfileItem | undefined => {
    const lookup = image && deps.readImage(image);
    return lookup && 'item' in lookup ? lookup.item : undefined;
  };
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const { catalog, profiles, memberships, now, backoff } = deps;
    let entered = 0;
    let exited = 0;
    const response = await handleByKey(records.map(byItemKey), async (_root, own) => {
      const changes = own.flatMap(({ record }): ItemChange[] => {
        const after = itemIn(record.dynamodb?.NewImage);
        return after ? [{ before: itemIn(record.dynamodb?.OldImage), after }] : [];
      });
      // What was taken into another item is evaluated there.
      if (!itemIn(own.at(-1)?.record.dynamodb?.NewImage)) return;
      const settings = stageSettings(await catalog.current()).evaluation;
      const result = await evaluateChanges(changes, { profiles, memberships, now, backoff, settings });
      entered += result.entered;
      exited += result.exited;
    });
    deps.metrics.count(METRICS.membershipsEntered, entered);
    deps.metrics.count(METRICS.membershipsExited, exited);
    logBatch({ images: records.length, entered, exited, failed: response.batchItemFailures.length });
    return response;
  };
}
