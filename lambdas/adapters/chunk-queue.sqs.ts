import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ChunkMessage } from '#core/ingestion/chunk-message.ts';
import type { ChunkQueue } from '#core/ports/chunk-queue.ts';
import { sendAll } from './sqs-batch.ts';

/** The queue on which the chunks of files travel to workers. */
export class SqsChunkQueue implements ChunkQueue {
  readonly #client: SQSClient;
  readonly #queue: string;

  constructor(client: SQSClient, queue: string) {
    this.#client = client;
    this.#queue = queue;
  }

  async send(messages: readonly ChunkMessage[]): Promise<void> {
    await sendAll(
      this.#client,
      this.#queue,
      messages.map((message) => ({ MessageBody: JSON.stringify(message) })),
    );
  }
}
