import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ExitCount, GuardState, GuardStore, Held } from '#core/activation/ports/guard.ts';
import { GUARD_SHARDS, operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { DAY_S } from '#core/util/durations.ts';
import { batchGet, batchGetFor } from './batch-get.ts';
import { numberAt, type StoredAttributes, stringAt } from './item-codec.ts';

/** Counts of a day are of interest until the end of the next. */
const KEPT_DAYS = 3;
const SHARDS = Array.from({ length: GUARD_SHARDS }, (_, shard) => shard);

/** Guards in the `operations` table: the state beside that of pausing, and an item for each shard of a count. */
export class DynamoDbGuardStore implements GuardStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async states(destinationIds: readonly string[]): Promise<ReadonlyMap<string, GuardState>> {
    const states = new Map<string, GuardState>();
    const items = batchGetFor(this.#client, this.#table, destinationIds, operationsKey.destination);
    for await (const [id, item] of items) states.set(id, stateOf(item));
    return states;
  }

  async hold(destinationId: string, epoch: number, held: Held): Promise<void> {
    try {
      await this.#update(operationsKey.destination(destinationId), {
        update: 'SET held = :held, guardEpoch = :epoch',
        condition:
          'attribute_not_exists(held) AND (guardEpoch = :epoch OR (attribute_not_exists(guardEpoch) AND :epoch = :zero))',
        values: { ':held': JSON.stringify(held), ':epoch': epoch, ':zero': 0 },
      });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async open(destinationId: string, until: number): Promise<void> {
    await this.#update(operationsKey.destination(destinationId), {
      update: 'SET openUntil = :until REMOVE held ADD guardEpoch :one',
      values: { ':until': until, ':one': 1 },
    });
  }

  async close(destinationId: string): Promise<void> {
    await this.#update(operationsKey.destination(destinationId), { update: 'REMOVE openUntil', values: {} });
  }

  audience(destinationId: string, segmentId: string): Promise<number> {
    return this.#sum(SHARDS.map((shard) => operationsKey.audience(destinationId, segmentId, shard)));
  }

  async addToAudience(destinationId: string, segmentId: string, shard: number, by: number): Promise<void> {
    const key = operationsKey.audience(destinationId, segmentId, shard);
    await this.#update(key, { update: 'ADD profiles :by', values: { ':by': by } });
  }

  async setAudience(destinationId: string, segmentId: string, size: number): Promise<void> {
    for (const shard of SHARDS) {
      const key = operationsKey.audience(destinationId, segmentId, shard);
      await this.#update(key, { update: 'SET profiles = :n', values: { ':n': shard === 0 ? size : 0 } });
    }
  }

  async largest({ destinationId, epoch, segmentId, day }: ExitCount, size: number): Promise<number> {
    const key = operationsKey.exits(destinationId, epoch, segmentId, day, 'largest');
    try {
      await this.#update(key, {
        update: 'SET profiles = :size, #ttl = :ttl',
        condition: 'attribute_not_exists(profiles) OR profiles < :size',
        values: { ':size': size, ':ttl': (day + KEPT_DAYS) * DAY_S },
      });
      return size;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return this.#sum([key]);
    }
  }

  exits({ destinationId, epoch, segmentId, day }: ExitCount): Promise<number> {
    return this.#sum(SHARDS.map((shard) => operationsKey.exits(destinationId, epoch, segmentId, day, shard)));
  }

  async takeExit({ destinationId, epoch, segmentId, day }: ExitCount, shard: number, most: number): Promise<boolean> {
    try {
      await this.#update(operationsKey.exits(destinationId, epoch, segmentId, day, shard), {
        update: 'ADD profiles :one SET #ttl = :ttl',
        condition: 'attribute_not_exists(profiles) OR profiles < :most',
        values: { ':one': 1, ':most': most, ':ttl': (day + KEPT_DAYS) * DAY_S },
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async #sum(keys: readonly string[]): Promise<number> {
    let sum = 0;
    for await (const item of batchGet(this.#client, this.#table, keys)) sum += numberAt(item, 'profiles') ?? 0;
    return sum;
  }

  async #update(
    key: string,
    write: {
      readonly update: string;
      readonly condition?: string;
      readonly values: Readonly<Record<string, number | string>>;
    },
  ): Promise<void> {
    const values = Object.entries(write.values).map(
      ([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: value }] as const,
    );
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: key } },
        UpdateExpression: write.update,
        ...(write.condition !== undefined && { ConditionExpression: write.condition }),
        ...(write.update.includes('#ttl') && { ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE } }),
        ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
      }),
    );
  }
}

function stateOf(item: StoredAttributes): GuardState {
  const held = stringAt(item, 'held');
  const openUntil = numberAt(item, 'openUntil');
  return {
    epoch: numberAt(item, 'guardEpoch') ?? 0,
    ...(held !== undefined && { held: JSON.parse(held) as Held }),
    ...(openUntil !== undefined && { openUntil }),
  };
}
