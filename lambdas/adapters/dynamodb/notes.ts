import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Notes } from '#core/api/management/deps.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { stringAt } from './item-codec.ts';

/** Notes in the `operations` table, each an item until it expires. */
export class DynamoDbNotes implements Notes {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async put(id: string, value: object, expiresAt: number): Promise<void> {
    const Item = {
      ...keyOf(id),
      note: { S: JSON.stringify(value) },
      [TTL_ATTRIBUTE]: { N: String(Math.ceil(expiresAt / 1_000)) },
    };
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }

  async get(id: string): Promise<object | undefined> {
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key: keyOf(id) }));
    const text = Item && stringAt(Item, 'note');
    return text === undefined ? undefined : (JSON.parse(text) as object);
  }

  /** Nothing is deleted: what is left in the place of a note expires at once. */
  async remove(id: string): Promise<void> {
    const Item = { ...keyOf(id), [TTL_ATTRIBUTE]: { N: '1' } };
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }
}

const keyOf = (id: string) => ({ pk: { S: operationsKey.note(id) } });
