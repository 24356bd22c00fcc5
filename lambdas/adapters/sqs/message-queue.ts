import type { SQSClient } from '@aws-sdk/client-sqs';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import { sendAll } from './batch.ts';

/** A queue on which messages travel to workers as JSON. */
export class SqsMessageQueue<T> implements MessageQueue<T> {
  readonly #client: SQSClient;
  readonly #queue: string;

  constructor(client: SQSClient, queue: string) {
    this.#client = client;
    this.#queue = queue;
  }

  async send(messages: readonly T[]): Promise<void> {
    await sendAll(
      this.#client,
      this.#queue,
      (function* () {
        for (const message of messages) yield { MessageBody: JSON.stringify(message) };
      })(),
    );
  }
}
