import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeliveryLane } from '#core/activation/ports/delivery-lane.ts';
import { sendAll } from './batch.ts';

const MAX_MESSAGES = 10;

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

  async hide(messages: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void> {
    for (const batch of batchesOf(messages)) {
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
    }
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    for (const batch of batchesOf(receipts)) {
      const { Failed = [] } = await this.#client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#queue,
          Entries: batch.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt })),
        }),
      );
      rejectAny(Failed);
    }
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

const batchesOf = <T>(values: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(values.length / MAX_MESSAGES) }, (_, n) =>
    values.slice(n * MAX_MESSAGES, (n + 1) * MAX_MESSAGES),
  );

function rejectAny(failed: readonly { readonly Code?: string | undefined }[]): void {
  if (failed.length > 0) throw new Error(`The queue did not do it for ${failed.length} messages: ${failed[0]!.Code}`);
}
