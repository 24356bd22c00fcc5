import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter, DeliveryLane, LaneMessage } from '#core/activation/ports/delivery-lane.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { sendAll } from './batch.ts';

const MAX_MESSAGES = 10;
/** Batches that are hidden or deleted side by side: a function may hold hundreds of messages. */
const BATCHES_CONCURRENCY = 8;

/** The FIFO queue of a delivery lane, and its dead letters. */
export class SqsDeliveryLane implements DeliveryLane {
  readonly #client: SQSClient;
  readonly #queue: string;
  readonly #deadLetters: string;

  constructor(client: SQSClient, { queue, deadLetters }: { readonly queue: string; readonly deadLetters: string }) {
    this.#client = client;
    this.#queue = queue;
    this.#deadLetters = deadLetters;
  }

  async receive(most: number): Promise<readonly LaneMessage[]> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queue,
        MaxNumberOfMessages: Math.min(most, MAX_MESSAGES),
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId', 'SentTimestamp'],
      }),
    );
    return Messages.map(laneMessage);
  }

  async hide(messages: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void> {
    await eachBatch(messages, async (batch) => {
      const { Failed = [] } = await this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#queue,
          Entries: batch.map(({ receipt, seconds }, index) => ({
            Id: String(index),
            ReceiptHandle: receipt,
            VisibilityTimeout: seconds,
          })),
        }),
      );
      rejectAny(Failed);
    });
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    await eachBatch(receipts, async (batch) => {
      const { Failed = [] } = await this.#client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#queue,
          Entries: batch.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt })),
        }),
      );
      rejectAny(Failed);
    });
  }

  async deadLetter(messages: readonly DeadLetter[]): Promise<void> {
    await sendAll(
      this.#client,
      this.#deadLetters,
      messages.map(({ id, group, body }) => ({
        MessageBody: body,
        ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: id }),
      })),
    );
  }
}

const laneMessage = ({ MessageId, ReceiptHandle, Body, Attributes = {} }: Message): LaneMessage => ({
  id: MessageId!,
  receipt: ReceiptHandle!,
  body: Body!,
  group: Attributes.MessageGroupId,
  receives: Number(Attributes.ApproximateReceiveCount ?? 1),
  sentAt: Number(Attributes.SentTimestamp),
});

const batchesOf = <T>(values: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(values.length / MAX_MESSAGES) }, (_, n) =>
    values.slice(n * MAX_MESSAGES, (n + 1) * MAX_MESSAGES),
  );

/** All batches, also where one fails. @throws what the first one failed with */
async function eachBatch<T>(values: readonly T[], run: (batch: readonly T[]) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  await mapWithConcurrency(batchesOf(values), BATCHES_CONCURRENCY, async (batch) => {
    await run(batch).catch((error: unknown) => errors.push(error));
  });
  if (errors.length > 0) throw errors[0];
}

function rejectAny(failed: readonly { readonly Code?: string | undefined }[]): void {
  if (failed.length > 0) throw new Error(`The queue did not do it for ${failed.length} messages: ${failed[0]!.Code}`);
}
