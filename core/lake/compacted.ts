import { hash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { folderOf, type Partition } from '#core/record/partition.ts';
import type { CompactionSettings } from './choose-merge.ts';

/**
 * Remembers how a partition lay when nothing was left to do in it. What is to be done follows from what is listed, the
 * rules, and whether the day is over; so where all of these are the same, there is still nothing to do.
 */
export interface CompactedStates {
  get(partition: Partition): Promise<string | undefined>;
  put(partition: Partition, state: string): Promise<void>;
}

/** Everything that the plan of a partition follows from, as a digest: an ETag stands for the contents of its object. */
export function stateOf(objects: readonly StoredObject[], isOver: boolean, settings: CompactionSettings): string {
  const lines = objects.map(({ key, size, etag }) => `${key}\0${size}\0${etag}`);
  return hash('sha256', JSON.stringify([settings, isOver, lines]), 'base64url');
}

/** Beside the partitions, where neither queries nor rebuilds look. */
export const compactedIn = (lake: ObjectStore): CompactedStates => ({
  async get(partition) {
    const bytes = await lake.get(placeOf(partition));
    return bytes && Buffer.from(bytes).toString();
  },
  put: (partition, state) => lake.put(placeOf(partition), state, { contentType: 'text/plain' }),
});

const placeOf = (partition: Partition): string => `compaction/${folderOf(partition)}settled`;
