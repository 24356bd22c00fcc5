import { MAX_RETENTION_DAYS, type Retentions } from '#core/contract/retentions.ts';
import type { StageConfig } from './schema.ts';
import { StageError } from './stage-error.ts';

/** How long stores that are searched for nobody keep what they have, in days: constructs and receipts go by the same figures. */
export const RETENTION_DAYS = {
  landing: 30,
  workingCopies: 14,
  noncurrent: 30,
  exports: 30,
  tableStreams: 1,
  // Fourteen days in a queue, and as long again among the dead letters of one that keeps an order.
  queues: 28,
  // The key of a delivery state stays 30 days; DynamoDB takes up to two more to delete it.
  deliveryState: 32,
  // What DynamoDB has; it is not to be set.
  backups: 35,
  queryResults: 7,
} as const satisfies Retentions;

/** S3 goes through its rules at midnight, and rounds each of two periods that follow each other. */
const S3_ROUNDING = 1;

/**
 * Days for which earlier versions of objects of a bucket are kept. What goes by its age leaves one behind, and both
 * together must not take too long.
 */
export const noncurrentDays = (
  expireAfterDays: number | undefined,
  { erasure: { goneWithinDays } }: StageConfig,
): number =>
  expireAfterDays === undefined || expireAfterDays > goneWithinDays
    ? RETENTION_DAYS.noncurrent
    : Math.max(1, Math.min(RETENTION_DAYS.noncurrent, goneWithinDays - expireAfterDays - 2 * S3_ROUNDING));

/** Of one stage, with what it has. @throws StageError where a store keeps more than the law allows */
export function retentionsOf(config: StageConfig): Retentions {
  const { noncurrent, backups, tableStreams, queues, deliveryState } = RETENTION_DAYS;
  const inBucket = (expireAfterDays: number): number =>
    expireAfterDays +
    (config.versionedBuckets ? noncurrentDays(expireAfterDays, config) + S3_ROUNDING : 0) +
    S3_ROUNDING;
  const days: Retentions = {
    // It keeps versions in every stage.
    landing: RETENTION_DAYS.landing + noncurrentDays(RETENTION_DAYS.landing, config) + 2 * S3_ROUNDING,
    workingCopies: RETENTION_DAYS.workingCopies + (config.versionedBuckets ? 1 : 0) + S3_ROUNDING,
    exports: inBucket(RETENTION_DAYS.exports),
    tableStreams,
    queues,
    deliveryState,
    stream: Math.ceil(config.collection.retentionHours / 24),
    ...(config.versionedBuckets && { noncurrent: noncurrent + S3_ROUNDING }),
    ...(config.pointInTimeRecovery && { backups }),
    ...(config.lakeQueries && { queryResults: inBucket(RETENTION_DAYS.queryResults) }),
  };
  const { goneWithinDays } = config.erasure;
  for (const [store, each] of Object.entries(days)) {
    if (each > goneWithinDays) {
      throw new StageError(
        `"${store}" of stage ${config.stage} keeps what it has for ${each} days, but deleted people have to be gone within ${goneWithinDays} (erasure.goneWithinDays, at most ${MAX_RETENTION_DAYS})`,
      );
    }
  }
  return days;
}
