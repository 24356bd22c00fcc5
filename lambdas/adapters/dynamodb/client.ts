import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  ScanCommand,
  type ScanCommandOutput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { ConflictError } from '#core/ports/conflict.ts';
import type { ScanPartition } from '#core/profile/ports/profile-store.ts';

export type Item = Record<string, AttributeValue>;

/** A put that only happens if the item is as it was read. */
export interface ConditionalPut {
  readonly item: Item;
  /** Name of the attribute, and what it must be; 0: the item must not exist. */
  readonly expect: { readonly name: string; readonly value: number | string };
}

/**
 * Writes all or nothing: one item by a conditional put, several in a transaction, which costs twice as much.
 * @throws ConflictError when an item is not as it was read
 */
export async function putAll(client: DynamoDBClient, table: string, puts: readonly ConditionalPut[]): Promise<void> {
  const inputs = puts.map((put) => asInput(table, put));
  const [only, ...others] = inputs;
  try {
    if (only && others.length === 0) await client.send(new PutItemCommand(only));
    else await client.send(new TransactWriteItemsCommand({ TransactItems: inputs.map((Put) => ({ Put })) }));
  } catch (error) {
    throw isConflict(error) ? new ConflictError(`an item of table ${table}`) : error;
  }
}

function asInput(table: string, { item, expect }: ConditionalPut): PutItemCommandInput {
  if (expect.value === 0) {
    return { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' };
  }
  return {
    TableName: table,
    Item: item,
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': expect.name },
    ExpressionAttributeValues: {
      ':expected': typeof expect.value === 'number' ? { N: String(expect.value) } : { S: expect.value },
    },
  };
}

/** What an item must still be: a number or a text attribute with that value. */
export type Expected = Readonly<Record<string, AttributeValue>>;

/** Deletes an item if it is as it was read. @returns whether it was */
export const deleteIf = (client: DynamoDBClient, table: string, pk: string, expected: Expected): Promise<boolean> =>
  ifSo(client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: pk } }, ...conditionOf(expected) })));

/** Puts an item in the place of one that is as it was read. @returns whether it was */
export const replaceIf = (client: DynamoDBClient, table: string, item: Item, expected: Expected): Promise<boolean> =>
  ifSo(client.send(new PutItemCommand({ TableName: table, Item: item, ...conditionOf(expected) })));

function conditionOf(expected: Expected) {
  const [[name, value] = ['', { S: '' }]] = Object.entries(expected);
  return {
    ConditionExpression: '#read = :read',
    ExpressionAttributeNames: { '#read': name },
    ExpressionAttributeValues: { ':read': value },
  };
}

async function ifSo(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Whether a condition did not hold, or another transaction was at the same items. */
export function isConflict(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  if (error instanceof TransactionCanceledException) {
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
    return (
      codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')
    );
  }
  return error instanceof Error && error.name === 'TransactionConflictException';
}

/** Every item of a table, or those of one segment after a key, page by page. */
export async function* scanAll(
  client: DynamoDBClient,
  table: string,
  options: { readonly keyPrefix?: string; readonly segment?: ScanPartition } = {},
): AsyncIterable<Item> {
  const after = options.segment?.after;
  let start: Item | undefined = after === undefined ? undefined : { pk: { S: after } };
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...(start && { ExclusiveStartKey: start }),
        ...(options.segment && { Segment: options.segment.index, TotalSegments: options.segment.of }),
        ...(options.keyPrefix && {
          FilterExpression: 'begins_with(pk, :prefix)',
          ExpressionAttributeValues: { ':prefix': { S: options.keyPrefix } },
        }),
      }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}
