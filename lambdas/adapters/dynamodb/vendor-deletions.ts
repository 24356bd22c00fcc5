import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { VendorDeletion, VendorDeletions } from '#core/activation/ports/vendor-deletions.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_S } from '#core/util/durations.ts';
import { batchGetFor } from './batch-get.ts';
import { stringAt } from './item-codec.ts';

/** The receipt has them long before. */
const KEPT_S = 60 * DAY_S;

/** Answers of vendors to deletions, in the `operations` table. */
export class DynamoDbVendorDeletions implements VendorDeletions {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: Clock;

  constructor(client: DynamoDBClient, table: string, now: Clock) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async put(requestId: string, destinationId: string, outcome: VendorDeletion): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.vendorDeletion(requestId, destinationId) } },
        UpdateExpression: 'SET #outcome = :outcome, #ttl = :ttl',
        ExpressionAttributeNames: { '#outcome': 'outcome', '#ttl': TTL_ATTRIBUTE },
        ExpressionAttributeValues: {
          ':outcome': { S: outcome },
          ':ttl': { N: String(Math.floor(this.#now() / 1_000) + KEPT_S) },
        },
      }),
    );
  }

  async get(requestId: string, destinationIds: readonly string[]): Promise<ReadonlyMap<string, VendorDeletion>> {
    const keyOf = (id: string): string => operationsKey.vendorDeletion(requestId, id);
    const found = new Map<string, VendorDeletion>();
    for await (const [id, item] of batchGetFor(this.#client, this.#table, destinationIds, keyOf)) {
      found.set(id, stringAt(item, 'outcome') as VendorDeletion);
    }
    return found;
  }
}
