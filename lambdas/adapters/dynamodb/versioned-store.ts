import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DUE_INDEX, DUE_SHARDS, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { BulkStore, Redirect, RemovableStore, Versioned } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';
import { fnv1a } from '#core/util/fnv.ts';
import { batchGetFor } from './batch-get.ts';
import { deleteIf, type Expected, type Item, putAll, scanAll } from './client.ts';
import { decodeState, encodeState, numberAt, type StoredAttributes, stringAt } from './item-codec.ts';
import { pointerAttributes } from './profile-store.ts';

/** Versioned items in a table: `version`, `state`; or `movedTo` for one that was taken into another. */
export class DynamoDbVersionedStore<T extends Versioned> implements RemovableStore<T> {
  protected readonly client: DynamoDBClient;
  protected readonly table: string;
  readonly #keyPrefix: string;

  constructor(client: DynamoDBClient, table: string, keyPrefix = '') {
    this.client = client;
    this.table = table;
    this.#keyPrefix = keyPrefix;
  }

  async get(canonicalKey: IdentityKey): Promise<T | Redirect | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: { pk: { S: this.#keyPrefix + canonicalKey } },
        ConsistentRead: true,
      }),
    );
    return Item && this.read(Item);
  }

  async write(
    item: T,
    taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[],
  ): Promise<void> {
    await putAll(this.client, this.table, [
      { item: this.attributesOf(item), expect: { name: 'version', value: item.version } },
      ...taken.map(({ canonicalKey, version }) => ({
        item: pointerAttributes(this.#keyPrefix + canonicalKey, item.canonicalKey),
        expect: { name: 'version', value: version },
      })),
    ]);
  }

  remove(canonicalKey: IdentityKey, read: T | Redirect): Promise<boolean> {
    const expected: Expected =
      'redirectTo' in read ? { redirectTo: { S: read.redirectTo } } : { version: { N: String(read.version) } };
    return deleteIf(this.client, this.table, this.#keyPrefix + canonicalKey, expected);
  }

  async expire(canonicalKey: IdentityKey, at: number): Promise<void> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: { pk: { S: this.#keyPrefix + canonicalKey } },
          UpdateExpression: 'SET #expiry = :at',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#expiry': TTL_ATTRIBUTE },
          ExpressionAttributeValues: { ':at': { N: String(Math.ceil(at / 1_000)) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async *scan(): AsyncIterable<T> {
    for await (const attributes of scanAll(this.client, this.table, { keyPrefix: this.#keyPrefix })) {
      const item = this.read(attributes);
      if (!('redirectTo' in item)) yield item;
    }
  }

  protected attributesOf(item: T): Item {
    return versionedAttributes(item, this.#keyPrefix);
  }

  protected read(attributes: StoredAttributes): T | Redirect {
    return readVersioned<T>(attributes, this.#keyPrefix);
  }
}

/** The same items, for who reads many of them and writes none. */
export class DynamoDbBulkStore<T extends Versioned> implements BulkStore<T> {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #keyPrefix: string;

  constructor(client: DynamoDBClient, table: string, keyPrefix = '') {
    this.#client = client;
    this.#table = table;
    this.#keyPrefix = keyPrefix;
  }

  async getMany(canonicalKeys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, T | Redirect>> {
    const found = new Map<IdentityKey, T | Redirect>();
    const keyOf = (key: IdentityKey): string => this.#keyPrefix + key;
    for await (const [key, item] of batchGetFor(this.#client, this.#table, canonicalKeys, keyOf, {
      consistent: false,
    })) {
      found.set(key, readVersioned<T>(item, this.#keyPrefix));
    }
    return found;
  }
}

/** A versioned item, read from its table or from the table's stream. */
export function readVersioned<T extends Versioned>(attributes: StoredAttributes, keyPrefix: string): T | Redirect {
  const redirectTo = stringAt(attributes, 'redirectTo');
  if (redirectTo !== undefined) return { redirectTo };
  const canonicalKey = stringAt(attributes, 'pk')!.slice(keyPrefix.length);
  return {
    ...decodeState<Omit<T, 'canonicalKey' | 'version'>>(attributes),
    canonicalKey,
    version: numberAt(attributes, 'version')!,
  } as T;
}

/** The memberships of an item, read from the table or from its stream. */
export const readMembershipAttributes = (attributes: StoredAttributes): MembershipItem | Redirect =>
  readVersioned<MembershipItem>(attributes, '');

/** A versioned item as it is written. */
export function versionedAttributes<T extends Versioned>(
  { canonicalKey, version, ...state }: T,
  keyPrefix: string,
): Item {
  return { pk: { S: keyPrefix + canonicalKey }, version: { N: String(version + 1) }, ...encodeState(state) };
}

/** The memberships of an item as they are written, with the key of the index. */
export function membershipAttributes(item: MembershipItem): Item {
  const attributes = versionedAttributes(item, '');
  if (item.dueAt === undefined) return attributes;
  return {
    ...attributes,
    [DUE_INDEX.partitionKey]: { N: String(dueShardOf(item.canonicalKey)) },
    [DUE_INDEX.sortKey]: { N: String(item.dueAt) },
  };
}

/** The `memberships` table, with the index of what is due. */
export class DynamoDbMembershipStore extends DynamoDbVersionedStore<MembershipItem> implements MembershipStore {
  protected override attributesOf(item: MembershipItem): Item {
    return membershipAttributes(item);
  }

  async *due(now: number): AsyncIterable<IdentityKey> {
    for (let shard = 0; shard < DUE_SHARDS; shard++) {
      let start: Item | undefined;
      do {
        const page = await this.client.send(
          new QueryCommand({
            TableName: this.table,
            IndexName: DUE_INDEX.name,
            KeyConditionExpression: '#shard = :shard AND #at <= :now',
            ExpressionAttributeNames: { '#shard': DUE_INDEX.partitionKey, '#at': DUE_INDEX.sortKey },
            ExpressionAttributeValues: { ':shard': { N: String(shard) }, ':now': { N: String(now) } },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        for (const item of page.Items ?? []) yield item.pk!.S!;
        start = page.LastEvaluatedKey;
      } while (start);
    }
  }
}

/** Spreads roots over the partitions of the index. */
const dueShardOf = (canonicalKey: IdentityKey): number => fnv1a(canonicalKey) % DUE_SHARDS;
