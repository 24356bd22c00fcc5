import type { DynamoDBRecord } from 'aws-lambda';
import { countOnce } from '#core/counts/count-once.ts';
import { addCounters, type Counters, isNothing } from '#core/counts/counters.ts';
import type { CountOnce } from '#core/counts/ports/count-store.ts';
import { logFailure } from './log.ts';
import { type BatchResponse, retryFrom } from './stream-batch.ts';

export interface ImageCounting {
  /** The table whose stream it is. */
  readonly source: string;
  readonly store: CountOnce;
  /** What one record of the stream changes. */
  changeOf(record: DynamoDBRecord): Counters;
}

/**
 * Counts what the images of a batch change, each once, however often the batch comes again. What has failed and all that follows
 * it comes again, and is counted then; where counting itself fails, everything comes again.
 * @param response what the function has to say about the batch @returns what it has to say now
 */
export async function countImages(
  records: readonly DynamoDBRecord[],
  { source, store, changeOf }: ImageCounting,
  response: BatchResponse = retryFrom(undefined),
): Promise<BatchResponse> {
  try {
    const changes = finishedOf(records, response).flatMap((record) => {
      const change = readChange(record, changeOf);
      return isNothing(change) ? [] : [{ id: record.dynamodb!.SequenceNumber!, change }];
    });
    const row = {
      source,
      ids: changes.map(({ id }) => id),
      changeOf: (from: number, to: number) => addCounters(...changes.slice(from, to).map(({ change }) => change)),
    };
    await countOnce(row, store);
    return response;
  } catch (error) {
    logFailure(error, { images: records.length });
    return retryFrom(records[0]?.dynamodb?.SequenceNumber);
  }
}

/** Those before the first that is given again. */
function finishedOf(
  records: readonly DynamoDBRecord[],
  { batchItemFailures: [failed] }: BatchResponse,
): readonly DynamoDBRecord[] {
  if (!failed) return records;
  const first = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed.itemIdentifier);
  return records.slice(0, Math.max(0, first));
}

/** What an image that cannot be read counts is found by the nightly job: it keeps no other from being counted. */
function readChange(record: DynamoDBRecord, changeOf: ImageCounting['changeOf']): Counters {
  try {
    return changeOf(record);
  } catch (error) {
    logFailure(error, { images: 1 });
    return {};
  }
}
