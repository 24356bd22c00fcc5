import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttemptCounts } from '#core/activation/ports/delivery-lane.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_S } from '#core/util/durations.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { batchGetFor } from './batch-get.ts';
import { numberAt } from './item-codec.ts';

/** Longer than a queue keeps a message. */
const KEPT_S = 15 * DAY_S;
const WRITES_CONCURRENCY = 10;

/** Attempts in the `operations` table: an item for each message that was tried and is not done, gone by itself. */
export class DynamoDbAttemptCounts implements AttemptCounts {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: Clock;

  constructor(client: DynamoDBClient, table: string, now: Clock) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async get(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for await (const [id, item] of batchGetFor(this.#client, this.#table, ids, operationsKey.attempts)) {
      const tried = numberAt(item, 'tried') ?? 0;
      if (tried > 0) counts.set(id, tried);
    }
    return counts;
  }

  async add(ids: readonly string[], by: 1 | -1): Promise<void> {
    const ttl = String(Math.floor(this.#now() / 1000) + KEPT_S);
    await mapWithConcurrency(ids, WRITES_CONCURRENCY, async (id) => {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { pk: { S: operationsKey.attempts(id) } },
          UpdateExpression: 'ADD tried :by SET #ttl = :ttl',
          ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
          ExpressionAttributeValues: { ':by': { N: String(by) }, ':ttl': { N: ttl } },
        }),
      );
    });
  }
}
