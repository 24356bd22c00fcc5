import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { CollectedMessage, CollectionStream } from '#core/ports/collection-stream.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

/** Limits of one PutRecords call. */
const MAX_RECORDS = 500;
const MAX_BYTES = 5_000_000;
const ATTEMPTS = 5;

/** What the whole call fails with when the stream has no room at all. */
const NO_ROOM = ['ProvisionedThroughputExceededException', 'LimitExceededException', 'KMSThrottlingException'];

/** The stream `collection` in Kinesis. */
export class KinesisCollectionStream implements CollectionStream {
  readonly #client: KinesisClient;
  readonly #stream: string;

  constructor(client: KinesisClient, stream: string) {
    this.#client = client;
    this.#stream = stream;
  }

  async put(messages: readonly CollectedMessage[]): Promise<ReadonlySet<number>> {
    const left = new Set<number>();
    for (const batch of batchesOf(messages)) for (const index of await this.#putBatch(batch)) left.add(index);
    return left;
  }

  async #putBatch(batch: readonly Indexed[]): Promise<number[]> {
    let pending = batch;
    for (let attempt = 1; pending.length > 0 && attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) await backoffBefore(attempt);
      pending = await this.#try(pending);
    }
    return pending.map(({ index }) => index);
  }

  /** @returns what was not taken */
  async #try(pending: readonly Indexed[]): Promise<readonly Indexed[]> {
    const Records = pending.map(({ message: { key, data } }) => ({ PartitionKey: key, Data: data }));
    try {
      const answer = await this.#client.send(new PutRecordsCommand({ StreamName: this.#stream, Records }));
      return pending.filter((_, place) => answer.Records?.[place]?.ErrorCode !== undefined);
    } catch (error) {
      if (error instanceof Error && NO_ROOM.includes(error.name)) return pending;
      throw error;
    }
  }
}

interface Indexed {
  readonly index: number;
  readonly message: CollectedMessage;
}

function* batchesOf(messages: readonly CollectedMessage[]): Generator<readonly Indexed[]> {
  let batch: Indexed[] = [];
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = message.data.length + message.key.length;
    if (batch.length === MAX_RECORDS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ index, message });
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
