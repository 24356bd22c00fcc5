import * as z from 'zod';

/** What is told of counts. Every number follows what is stored within seconds; `asOf` says when it was read. */

export const instant = z.iso.datetime();
const byName = z.record(z.string(), z.int());

/** Since when the counters have all there is; a part that is missing has counted only what came since the stage was upgraded. */
export const completeSince = z.object({ profiles: instant.optional(), records: instant.optional() });

export const profileCounts = z.object({ all: z.int(), known: z.int(), anonymous: z.int() });

export const recordCounts = z.object({ accepted: z.int(), rejected: z.int(), duplicate: z.int() });

const outcomes = recordCounts.extend({
  rejections: byName,
  withoutProfile: byName,
  graphRejections: byName,
  identitiesOmitted: byName,
  valuesOmitted: byName,
  repeatedHeaders: z.int().optional(),
  amended: z.int().optional(),
  timestampsBounded: z.int().optional(),
});

const destinationCounts = z.object({
  members: byName,
  exits: z.int(),
  excluded: byName,
  unsent: z.int(),
  devices: z.record(z.string(), z.object({ edge: byName, hub: z.int() })).optional(),
});

const datasetCounts = z.object({ stream: outcomes, batch: outcomes, replay: outcomes, batches: byName });

export const stageCounts = z.object({
  asOf: instant,
  completeSince,
  profiles: profileCounts,
  /** Audience → members. */
  audiences: byName,
  destinations: z.record(z.string(), destinationCounts),
  /** Dataset → what became of its records. */
  records: z.record(z.string(), datasetCounts),
});

/** Of a history: hours are kept for 92 days, days for 400. */
export const every = z.enum(['hour', 'day']);

const period = { every, from: instant, to: instant };

export const stageHistory = z.object({
  ...period,
  /** Oldest first; hours and days that go on, or in which nothing was counted, are omitted. Records are all there ever were until then. */
  points: z.array(
    z.object({
      asOf: instant,
      profiles: profileCounts,
      records: z.object({ stream: recordCounts, batch: recordCounts, replay: recordCounts }),
    }),
  ),
});

export const audienceHistory = z.object({
  ...period,
  id: z.string(),
  asOf: instant,
  completeSince,
  members: z.int(),
  /** At the end of each hour or day that has ended, oldest first. */
  sizes: z.array(z.object({ at: instant, members: z.int() })),
});

export const audienceHistories = z.object({
  ...period,
  asOf: instant,
  completeSince,
  /** The instants of all sizes below, oldest first: each near the end of an hour or day that has ended. */
  times: z.array(instant),
  /** `sizes` has a number for each of `times`; null where the audience was not counted then. */
  audiences: z.record(z.string(), z.object({ members: z.int(), sizes: z.array(z.int().nullable()) })),
});
