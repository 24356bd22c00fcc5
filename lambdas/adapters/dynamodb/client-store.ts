import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ClientList } from '#core/callers/client.ts';
import type { ClientStore } from '#core/callers/ports/client-store.ts';
import { operationsKey } from '#core/contract/tables.ts';
import { putAll } from './client.ts';
import { decodeState, encodeState, numberAt } from './item-codec.ts';

/** Clients in one item of the `operations` table. */
export class DynamoDbClientStore implements ClientStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<ClientList> {
    const Key = { pk: { S: operationsKey.clients() } };
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    if (!Item) return { revision: 0, clients: [], keys: [] };
    return { ...decodeState<Omit<ClientList, 'revision'>>(Item), revision: numberAt(Item, 'revision')! };
  }

  async write({ revision, ...state }: ClientList): Promise<void> {
    await putAll(this.#client, this.#table, [
      {
        item: {
          pk: { S: operationsKey.clients() },
          revision: { N: String(revision + 1) },
          ...encodeState(state),
        },
        expect: { name: 'revision', value: revision },
      },
    ]);
  }
}
