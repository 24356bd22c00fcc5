import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { operationsKey } from '#core/contract/tables.ts';
import type { AppliedRetentions } from '#core/profile/ports/applied-retentions.ts';
import { decodeState, encodeState } from './item-codec.ts';

/** One item of the `operations` table. */
export class DynamoDbAppliedRetentions implements AppliedRetentions {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #key = { pk: { S: operationsKey.retentions() } };

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async retentions(): Promise<Readonly<Record<string, number>>> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: this.#key, ConsistentRead: true }),
    );
    return Item ? decodeState<Record<string, number>>(Item) : {};
  }

  async writeRetentions(retentions: Readonly<Record<string, number>>): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: this.#key,
        UpdateExpression: 'SET #state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': encodeState(retentions).state },
      }),
    );
  }
}
