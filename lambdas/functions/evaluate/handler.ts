import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { profileChange } from '#core/counts/contributions.ts';
import type { CountOnce } from '#core/counts/ports/count-store.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { Lookup, ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { evaluateChanges, type ItemChange } from '#core/segmentation/evaluate-change.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { countImages } from '#lambdas/runtime/count-images.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

type Image = Readonly<Record<string, object>>;

export interface EvaluateFunctionDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly tallies: CountOnce;
  readonly metrics: Metrics;
  readonly now: Clock;
  /** Reads an image of the table's stream. */
  readImage(image: Image): Lookup;
  backoff(attempt: number): Promise<void>;
}

/** An item before and after a change; undefined where there was or is none. */
interface Images {
  readonly before: ProfileItem | undefined;
  readonly after: ProfileItem | undefined;
}

/**
 * Profile stream → membership, and how many profiles there are. Mostly the images of a change give the same answers, and nothing is
 * read or written.
 */
export function createHandler(deps: EvaluateFunctionDeps) {
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const { catalog, profiles, memberships, tallies, now, backoff } = deps;
    const imagesOf = imageReader(deps);
    let entered = 0;
    let exited = 0;
    const evaluated = await handleByKey(records.map(byItemKey), async (_root, own) => {
      const images = own.map(({ record }) => imagesOf(record));
      const changes = images.flatMap(({ before, after }): ItemChange[] => (after ? [{ before, after }] : []));
      // What was taken into another item is evaluated there.
      if (!images.at(-1)?.after) return;
      const settings = stageSettings(await catalog.current()).evaluation;
      const result = await evaluateChanges(changes, { profiles, memberships, now, backoff, settings });
      entered += result.entered;
      exited += result.exited;
    });
    const settings = stageSettings(await catalog.current()).evaluation;
    const changeOf = (record: DynamoDBRecord) => {
      const { before, after } = imagesOf(record);
      return profileChange(before, after, settings);
    };
    const response = await countImages(records, { source: 'profiles', store: tallies, changeOf }, evaluated);
    deps.metrics.count(METRICS.membershipsEntered, entered);
    deps.metrics.count(METRICS.membershipsExited, exited);
    logBatch({ images: records.length, entered, exited, failed: response.batchItemFailures.length });
    return response;
  };
}

/** Reads the images of each record once. */
function imageReader({ readImage }: EvaluateFunctionDeps): (record: DynamoDBRecord) => Images {
  const known = new Map<DynamoDBRecord, Images>();
  const itemIn = (image: Image | undefined): ProfileItem | undefined => {
    const lookup = image && readImage(image);
    return lookup && 'item' in lookup ? lookup.item : undefined;
  };
  return (record) => {
    const images = known.get(record) ?? {
      before: itemIn(record.dynamodb?.OldImage),
      after: itemIn(record.dynamodb?.NewImage),
    };
    known.set(record, images);
    return images;
  };
}
