/**
 * How long what nobody searches keeps what it has, in days: who deploys sets it from the same figures as the stores
 * themselves, and receipts of deletions tell it.
 */
export const RETENTIONS = {
  /** Files as they were uploaded. */
  landing: 'uploaded files',
  workingCopies: 'working copies of uploaded files',
  noncurrent: 'earlier versions of objects',
  exports: 'files and rows that take the person away at destinations',
  stream: 'collection stream',
  tableStreams: 'change streams of tables',
  deliveryState: 'delivery state (keys without contents)',
  queues: 'queues and dead letters',
  backups: 'backups of tables (point-in-time recovery)',
  queryResults: 'answers of queries of the lake',
} as const;

export type RetentionName = keyof typeof RETENTIONS;
/** Days by store; one that the stage does not have is omitted. */
export type Retentions = Partial<Readonly<Record<RetentionName, number>>>;

/** The law gives a month and some days of grace: nothing of a deleted person is kept longer. */
export const MAX_RETENTION_DAYS = 35;

/** As they stand in the environment of a function: numbers as texts. */
export const writeRetentions = (days: Retentions): string =>
  JSON.stringify(Object.fromEntries(Object.entries(days).map(([name, each]) => [name, String(each)])));

/** @throws Error where a store is not known, or has no number of days */
export function readRetentions(texts: Readonly<Record<string, string>>): Retentions {
  for (const [name, days] of Object.entries(texts)) {
    if (!Object.hasOwn(RETENTIONS, name) || !(Number(days) > 0)) {
      throw new Error(
        `RETENTION_DAYS: expected days of ${Object.keys(RETENTIONS).join(', ')}; found "${name}": "${days}"`,
      );
    }
  }
  return Object.fromEntries(Object.entries(texts).map(([name, days]) => [name, Number(days)]));
}
