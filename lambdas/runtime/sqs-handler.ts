import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { logBatch, logFailure } from './log.ts';

/** A message whose body was read. */
export interface QueueItem<T> {
  readonly id: string;
  /** The message group of a FIFO queue. */
  readonly group: string | undefined;
  /** How often the message was received, this time included. */
  readonly attempt: number;
  readonly value: T;
}

/** Works on the items of a batch and says which of them (by id) have to come again. If it throws, all of them do. */
export type RunItems<T> = (items: readonly QueueItem<T>[]) => Promise<ReadonlySet<string>>;

/**
 * The handler of an SQS event source with `ReportBatchItemFailures`: names the messages that failed, the others are
 * deleted. A body that cannot be read fails every time and so ends in the dead-letter queue. On a FIFO queue everything
 * that follows a failed message in its group fails as well, so that the order is kept.
 * @param schema what a message's body has to be
 */
export function createSqsHandler<T>(schema: z.ZodType<T>, run: RunItems<T>) {
  return async ({ Records: records }: SQSEvent): Promise<SQSBatchResponse> => {
    const malformed = new Set<string>();
    const blocked = new Set<string>();
    const items: QueueItem<T>[] = [];
    for (const record of records) {
      const { MessageGroupId: group, ApproximateReceiveCount: attempt } = record.attributes;
      const value = readBody(schema, record);
      if (value === undefined) malformed.add(record.messageId);
      if (value === undefined && group !== undefined) blocked.add(group);
      if (value === undefined || (group !== undefined && blocked.has(group))) continue;
      items.push({ id: record.messageId, group, attempt: Number(attempt), value });
    }
    const failed = withFollowers(records, malformed.union(await runAll(run, items)));
    logBatch({ messages: records.length, malformed: malformed.size, failed: failed.length });
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** What the body of a message says, or undefined where it is not what it has to be. */
export function readBody<T>(schema: z.ZodType<T>, record: Pick<SQSRecord, 'body'>): T | undefined {
  try {
    const result = schema.safeParse(JSON.parse(record.body));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

async function runAll<T>(run: RunItems<T>, items: readonly QueueItem<T>[]): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  try {
    return await run(items);
  } catch (error) {
    logFailure(error, { messages: items.length });
    return new Set(items.map(({ id }) => id));
  }
}

function withFollowers(records: readonly SQSRecord[], failed: ReadonlySet<string>): string[] {
  const groups = new Set<string>();
  return records
    .filter(({ messageId, attributes: { MessageGroupId: group } }) => {
      const fails = failed.has(messageId) || (group !== undefined && groups.has(group));
      if (fails && group !== undefined) groups.add(group);
      return fails;
    })
    .map(({ messageId }) => messageId);
}

/**
 * Runs items one by one inside their message group, groups side by side, and stops a group at its first failure.
 * @param one an error means: the item has to come again
 */
export function eachInOrder<T>(one: (item: QueueItem<T>) => Promise<void>, concurrency: number): RunItems<T> {
  return async (items) => {
    const failed = new Set<string>();
    const groups = Map.groupBy(items, ({ id, group }) => (group === undefined ? `message ${id}` : `group ${group}`));
    await mapWithConcurrency(groups.values(), concurrency, async (group) => {
      for (const [index, item] of group.entries()) {
        try {
          await one(item);
        } catch (error) {
          logFailure(error, { messageId: item.id, attempt: item.attempt });
          for (const { id } of group.slice(index)) failed.add(id);
          return;
        }
      }
    });
    return failed;
  };
}
