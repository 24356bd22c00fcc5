import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { EdgeEntry, EdgeProfileStore, StoredEdgeEntry } from '#core/edge/ports/edge-profile-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { batchGet } from './batch-get.ts';
import { deleteIf, type Item, putAll, replaceIf } from './client.ts';
import { decodeState, encodeState, stringAt } from './item-codec.ts';
import { pointerAttributes } from './profile-store.ts';

/** The `edge-profiles` table: under an identity's key `state`, or `redirectTo`; and `version`, which is never the same again. */
export class DynamoDbEdgeProfileStore implements EdgeProfileStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async lookup(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, EdgeEntry>> {
    const found = new Map<IdentityKey, EdgeEntry>();
    for await (const item of batchGet(this.#client, this.#table, keys, { consistent: false })) {
      found.set(item.pk.S, entryOf(item));
    }
    return found;
  }

  async get(key: IdentityKey): Promise<StoredEdgeEntry | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { pk: { S: key } }, ConsistentRead: true }),
    );
    return Item && { entry: entryOf(Item), version: stringAt(Item, 'version')! };
  }

  async write(key: IdentityKey, entry: EdgeEntry, version: string | undefined): Promise<void> {
    const content =
      'redirectTo' in entry ? pointerAttributes(key, entry.redirectTo) : { pk: { S: key }, ...encodeState(entry) };
    const item: Item = { ...content, version: { S: randomUUID() } };
    if (version === undefined)
      return putAll(this.#client, this.#table, [{ item, expect: { name: 'version', value: 0 } }]);
    const isWritten = await replaceIf(this.#client, this.#table, item, { version: { S: version } });
    if (!isWritten) throw new ConflictError('an edge profile');
  }

  async remove(key: IdentityKey, version: string): Promise<void> {
    const isRemoved = await deleteIf(this.#client, this.#table, key, { version: { S: version } });
    if (!isRemoved) throw new ConflictError('an edge profile');
  }
}

function entryOf(item: Item): EdgeEntry {
  const redirectTo = stringAt(item, 'redirectTo');
  return redirectTo === undefined ? decodeState<EdgeEntry>(item) : { redirectTo };
}
