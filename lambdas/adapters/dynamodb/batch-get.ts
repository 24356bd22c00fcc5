import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import type { Item } from './client.ts';

/** Most keys in one BatchGetItem. */
const MAX_KEYS = 100;
const ATTEMPTS = 8;

/** Reads items by their keys, strongly consistent unless it is said otherwise, a hundred at a time, until all have been read. */
export async function* batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
  { consistent = true }: { readonly consistent?: boolean } = {},
): AsyncIterable<Item & { pk: { S: string } }> {
  for (let start = 0; start < keys.length; start += MAX_KEYS) {
    const some = keys.slice(start, start + MAX_KEYS).map((key) => ({ pk: { S: key } }));
    let wanted: KeysAndAttributes | undefined = { ConsistentRead: consistent, Keys: some };
    for (let attempt = 1; wanted?.Keys && wanted.Keys.length > 0; attempt++) {
      if (attempt > ATTEMPTS) throw new Error(`Table ${table} left keys unread after ${ATTEMPTS} attempts`);
      if (attempt > 1) await backoffBefore(attempt);
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: wanted } }),
      );
      yield* (answer.Responses?.[table] ?? []) as (Item & { pk: { S: string } })[];
      wanted = answer.UnprocessedKeys?.[table];
    }
  }
}

/** The same for things that each have an item: each that has one, with its item. */
export async function* batchGetFor<T>(
  client: DynamoDBClient,
  table: string,
  wanted: readonly T[],
  keyOf: (one: T) => string,
  options?: { readonly consistent?: boolean },
): AsyncIterable<readonly [one: T, item: Item]> {
  const byKey = new Map(wanted.map((one) => [keyOf(one), one]));
  for await (const item of batchGet(client, table, [...byKey.keys()], options)) yield [byKey.get(item.pk.S)!, item];
}
