import { randomInt } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { COUNT_SHARDS, operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Counters } from '#core/counts/counters.ts';
import type { CompleteSince, CountNote, CountStore, SeriesTotals } from '#core/counts/ports/count-store.ts';
import { SERIES } from '#core/counts/series.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import { DAY_S } from '#core/util/durations.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { batchGet } from './batch-get.ts';
import { type Item, isConflict } from './client.ts';
import { bytesAt, numberAt, numbersIn } from './item-codec.ts';

/** Longer than any stream keeps what may come again: Kinesis a week in a protected stage. */
const NOTES_KEPT_S = 9 * DAY_S;
const MARKS = 'marks';
/** Beside the numbers of a series, whose names never begin so. */
const CHANGES = '~changes';
const MARK_LENGTH = 11;
const SHARDS = Array.from({ length: COUNT_SHARDS }, (_, shard) => shard);
const STREAMED = SERIES.records('stream', '');

/** Notes that things were counted, each an item. */
export abstract class CountNotes {
  protected readonly client: DynamoDBClient;
  protected readonly table: string;
  protected readonly now: Clock;

  constructor(client: DynamoDBClient, table: string, now: Clock) {
    this.client = client;
    this.table = table;
    this.now = now;
  }

  /** The key of the note whose first mark it is given. */
  protected abstract keyOf(mark: string): string;

  async note(note: CountNote): Promise<void> {
    await this.put(note, {});
  }

  /** Writes a note with more attributes, unless there is one. @returns what is noted where there is one */
  protected async put(note: CountNote, more: Item): Promise<readonly string[] | undefined> {
    const { Item, ConditionExpression } = noteItem(this.keyOf(note.marks[0]), note, this.now());
    try {
      await this.client.send(
        new PutItemCommand({ TableName: this.table, Item: { ...Item, ...more }, ConditionExpression }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return await this.read(note.marks[0]);
      throw error;
    }
  }

  /** All that is noted under a mark; at least the mark, for there was a note a moment ago. */
  protected async read(mark: string): Promise<readonly string[]> {
    const Key = { pk: { S: this.keyOf(mark) } };
    const { Item = {} } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true }),
    );
    const text = Buffer.from(bytesAt(Item, MARKS) ?? Buffer.from(mark, 'base64url')).toString('hex');
    const hex = text.match(/.{16}/g) ?? [];
    return hex.map((each) => Buffer.from(each, 'hex').toString('base64url'));
  }
}

/** Counters in the `operations` table, a number for each attribute, and notes of what was counted. */
export class DynamoDbCountStore extends CountNotes implements CountStore {
  protected override keyOf(mark: string): string {
    return operationsKey.countNote(mark);
  }

  async commit(note: CountNote, change: Counters): Promise<readonly string[] | undefined> {
    const Put = { TableName: this.table, ...noteItem(this.keyOf(note.marks[0]), note, this.now()) };
    return retryOnConflict(
      async () => {
        const shard = randomInt(COUNT_SHARDS);
        const updates = Object.entries(change).map(
          ([series, numbers]): TransactWriteItem => ({ Update: this.#addition(series, numbers, shard) }),
        );
        try {
          await this.client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, ...updates] }));
          return undefined;
        } catch (error) {
          if (isNoted(error)) return await this.read(note.marks[0]);
          throw isConflict(error) ? new ConflictError('counters') : error;
        }
      },
      { backoff: backoffBefore },
    );
  }

  async adjust(change: Counters): Promise<void> {
    for (const [series, numbers] of Object.entries(change)) {
      await this.client.send(new UpdateItemCommand(this.#addition(series, numbers, randomInt(COUNT_SHARDS))));
    }
  }

  async totals(series: readonly string[]): Promise<ReadonlyMap<string, SeriesTotals>> {
    const totals = new Map<string, { numbers: Record<string, number>; changes: number }>();
    const add = (name: string, item: Item): void => {
      const { [CHANGES]: changes = 0, ...numbers } = numbersIn(item);
      const total = totals.get(name) ?? { numbers: {}, changes: 0 };
      totals.set(name, total);
      total.changes += changes;
      for (const [id, number] of Object.entries(numbers)) total.numbers[id] = (total.numbers[id] ?? 0) + number;
    };
    const names = [...new Set(series)];
    const keys = new Map([
      ...names.flatMap((name) => SHARDS.map((shard) => [operationsKey.counts(name, shard), name] as const)),
      // What releases have counted that had no shards.
      ...names
        .filter((name) => name.startsWith(STREAMED))
        .map((name) => [operationsKey.streamCounts(name.slice(STREAMED.length)), name] as const),
    ]);
    for await (const item of batchGet(this.client, this.table, [...keys.keys()])) add(keys.get(item.pk.S)!, item);
    for (const { numbers } of totals.values()) {
      for (const [id, number] of Object.entries(numbers)) if (number === 0) delete numbers[id];
    }
    return totals;
  }

  async completeSince(): Promise<CompleteSince> {
    const Key = { pk: { S: operationsKey.countsComplete() } };
    const { Item = {} } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true }),
    );
    return { profiles: numberAt(Item, 'profiles'), records: numberAt(Item, 'records') };
  }

  async markComplete(since: CompleteSince): Promise<void> {
    const parts = Object.entries(since).filter(([, at]) => at !== undefined);
    if (parts.length === 0) return;
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: { pk: { S: operationsKey.countsComplete() } },
        UpdateExpression: `SET ${parts.map(([name]) => `${name} = if_not_exists(${name}, :${name})`).join(', ')}`,
        ExpressionAttributeValues: Object.fromEntries(parts.map(([name, at]) => [`:${name}`, { N: String(at) }])),
      }),
    );
  }

  #addition(series: string, numbers: Readonly<Record<string, number>>, shard: number) {
    const changes = Object.values(numbers).reduce((sum, number) => sum + Math.abs(number), 0);
    const added = [...Object.entries(numbers), [CHANGES, changes] as const];
    return {
      TableName: this.table,
      Key: { pk: { S: operationsKey.counts(series, shard) } },
      UpdateExpression: `ADD ${added.map((_, i) => `#n${i} :v${i}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(added.map(([name], i) => [`#n${i}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        added.map(([, number], i): [string, AttributeValue] => [`:v${i}`, { N: String(number) }]),
      ),
    };
  }
}

/** Marks are eight bytes each: a note of a hundred records is one write unit. */
function noteItem(key: string, { marks }: CountNote, now: number) {
  const bytes = Buffer.concat(marks.map((mark) => Buffer.from(mark.slice(0, MARK_LENGTH), 'base64url')));
  return {
    Item: {
      pk: { S: key },
      [MARKS]: { B: bytes },
      [TTL_ATTRIBUTE]: { N: String(Math.ceil(now / 1_000) + NOTES_KEPT_S) },
    } as Item,
    ConditionExpression: 'attribute_not_exists(pk)',
  };
}

const isNoted = (error: unknown): boolean =>
  error instanceof TransactionCanceledException && error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed';
