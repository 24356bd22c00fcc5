import type { DynamoDBRecord } from 'aws-lambda';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { logFailure } from './log.ts';

/** The answer of a function that reports which records are to be given again. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface StreamRecord {
  /** Records of one key are handled together, in order. */
  readonly key: string;
  readonly sequenceNumber: string;
}

const KEYS_CONCURRENCY = 8;

/**
 * Handles the records of a stream key by key, several keys at a time. Lambda gives everything again from the lowest
 * sequence number that is reported, so a key that fails does not stop the others, and every step is idempotent.
 */
export async function handleByKey<T extends StreamRecord>(
  records: readonly T[],
  handle: (key: string, records: readonly T[]) => Promise<void>,
): Promise<BatchResponse> {
  const failed = new Set<string>();
  await mapWithConcurrency(
    Map.groupBy(records, ({ key }) => key),
    KEYS_CONCURRENCY,
    async ([key, group]) => {
      try {
        await handle(key, group);
      } catch (error) {
        logFailure(error, { records: group.length });
        failed.add(key);
      }
    },
  );
  return retryFrom(records.find(({ key }) => failed.has(key))?.sequenceNumber);
}

/** Reports that everything from this record on is to be given again; nothing when it is undefined. */
export const retryFrom = (sequenceNumber: string | undefined): BatchResponse => ({
  batchItemFailures: sequenceNumber === undefined ? [] : [{ itemIdentifier: sequenceNumber }],
});

/** A record of a table's stream, by the key of its item. */
export const byItemKey = (record: DynamoDBRecord): StreamRecord & { readonly record: DynamoDBRecord } => ({
  record,
  key: record.dynamodb!.Keys!.pk!.S!,
  sequenceNumber: record.dynamodb!.SequenceNumber!,
});
