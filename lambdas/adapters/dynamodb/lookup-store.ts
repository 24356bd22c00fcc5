import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { operationsKey } from '#core/contract/tables.ts';
import type { LookupItem, LookupStore } from '#core/profile/ports/lookup-store.ts';
import { batchGetFor } from './batch-get.ts';
import { putAll } from './client.ts';
import { decodeState, encodeState, numberAt } from './item-codec.ts';

/** Records of other entities in the `operations` table. */
export class DynamoDbLookupStore implements LookupStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(entity: string, keys: readonly string[]): Promise<ReadonlyMap<string, LookupItem>> {
    const keyOf = (key: string): string => operationsKey.lookup(entity, key);
    const found = new Map<string, LookupItem>();
    for await (const [key, item] of batchGetFor(this.#client, this.#table, keys, keyOf)) {
      const { fragment } = decodeState<Pick<LookupItem, 'fragment'>>(item);
      found.set(key, { entity, key, revision: numberAt(item, 'revision')!, fragment });
    }
    return found;
  }

  async write({ entity, key, revision, fragment }: LookupItem): Promise<void> {
    const item = {
      pk: { S: operationsKey.lookup(entity, key) },
      revision: { N: String(revision + 1) },
      ...encodeState({ fragment }),
    };
    await putAll(this.#client, this.#table, [{ item, expect: { name: 'revision', value: revision } }]);
  }
}
