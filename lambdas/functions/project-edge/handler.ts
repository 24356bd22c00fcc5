import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { CatalogPort } from '#core/catalog/port.ts';
import { looksSame, type ProjectDeps, projectEdgeProfile, sameMembers } from '#core/edge/project.ts';
import type { EdgeProjection, StoredMemberships } from '#core/edge/projection.ts';
import type { Lookup } from '#core/profile/ports/profile-store.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

type Image = Readonly<Record<string, object>>;

export interface ProjectEdgeDeps extends Omit<ProjectDeps, 'projection'> {
  readonly catalog: CatalogPort;
  /** Read images of the streams of `profiles` and `memberships`. */
  readProfile(image: Image): Lookup;
  readMemberships(image: Image): NonNullable<StoredMemberships>;
}

/** Streams of profiles and of memberships → what the edge knows. Most changes cannot be seen there: then nothing is read. */
export function createHandler(deps: ProjectEdgeDeps) {
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    let projected = 0;
    const response = await handleByKey(records.map(byItemKey), async (key, own) => {
      const { edgeProjection: projection } = await deps.catalog.current();
      if (own.every(({ record }) => isUnseen(record, projection, deps))) return;
      await projectEdgeProfile(key, { ...deps, projection });
      projected += 1;
    });
    logBatch({ images: records.length, projected, failed: response.batchItemFailures.length });
    return response;
  };
}

/** Each change by itself: what was projected in between may have seen any of them. */
function isUnseen(
  { dynamodb }: DynamoDBRecord,
  projection: EdgeProjection | undefined,
  { readProfile, readMemberships }: ProjectEdgeDeps,
): boolean {
  const [before, after] = [dynamodb?.OldImage, dynamodb?.NewImage] as readonly (Image | undefined)[];
  // Whatever has gone, has gone from the edge.
  if (!after) return false;
  // A new redirect to an item comes with a change of that item, which knows what leads to it.
  if ('redirectTo' in after) return !before;
  if ('revision' in after) {
    const [was, is] = [before && readProfile(before), readProfile(after)];
    return (
      'item' in is && looksSame({ before: was && 'item' in was ? was.item : undefined, after: is.item }, projection)
    );
  }
  return sameMembers(before && readMemberships(before), readMemberships(after), projection);
}
