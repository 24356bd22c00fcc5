import { z } from 'zod';
import { dayOf, type Partition } from '#core/record/partition.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { CompactionSettings } from './choose-merge.ts';

/** What travels to a worker: which partition it compacts. */
export const partitionMessage = z.strictObject({
  dataset: z.string().min(1),
  day: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected a day such as 2026-01-31'),
});

/** Whose new records are compacted by themselves: a stream may keep records for a week before they are read. */
const DAYS = 9;

/** The partitions in which there may be new objects: those of today and of the days before. */
export const recentPartitions = (datasets: Iterable<string>, now: number): Partition[] =>
  [...datasets].flatMap((dataset) =>
    Array.from({ length: DAYS }, (_, ago) => ({ dataset, day: dayOf(now - ago * DAY_MS) })),
  );

/** @param targetBytes that an object should have */
export const compactionSettings = (targetBytes: number): CompactionSettings => ({
  targetBytes,
  maxObjects: 2_000,
  minObjectsToday: 100,
});
