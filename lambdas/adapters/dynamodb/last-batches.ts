import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { operationsKey } from '#core/contract/tables.ts';
import { type LastBatches, type OpenedBatch, rankOf } from '#core/counts/ports/last-batches.ts';
import { batchGetFor } from './batch-get.ts';
import { stringAt } from './item-codec.ts';

/** In the `operations` table, an item for each dataset. */
export class DynamoDbLastBatches implements LastBatches {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async note(batch: OpenedBatch): Promise<void> {
    const rank = { S: rankOf(batch) };
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: { pk: { S: operationsKey.lastBatch(batch.datasetId) }, batchId: { S: batch.id }, rank },
          ConditionExpression: 'attribute_not_exists(pk) OR #rank < :rank',
          ExpressionAttributeNames: { '#rank': 'rank' },
          ExpressionAttributeValues: { ':rank': rank },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async of(datasetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for await (const [id, item] of batchGetFor(this.#client, this.#table, datasetIds, operationsKey.lastBatch))
      found.set(id, stringAt(item, 'batchId')!);
    return found;
  }
}
