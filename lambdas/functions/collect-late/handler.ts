import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { fromLate, lateMessage } from '#core/edge/message.ts';
import type { CollectionStream } from '#core/ports/collection-stream.ts';
import { createSqsHandler } from '#lambdas/runtime/sqs-handler.ts';

export interface CollectLateDeps {
  readonly stream: CollectionStream;
}

/** Records that the edge had answered for, and the stream had no room for → Kinesis `collection`, as soon as it has some. */
export function createHandler({ stream }: CollectLateDeps): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return createSqsHandler(lateMessage, async (items) => {
    const left = await stream.put(items.map(({ value }) => fromLate(value)));
    return new Set([...left].map((index) => items[index]!.id));
  });
}
