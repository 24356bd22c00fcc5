import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';

/** Longer than this nobody waits: a function that waits costs, and its messages can come again. */
const MAX_WAIT_MS = 10_000;
const KEPT_S = 86_400;
/** Somebody else may take the turn between the two questions. */
const ROUNDS = 2;

export interface RateLimitOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly now: Clock;
  sleep(ms: number): Promise<void>;
}

/**
 * Pace by one item for each destination: the instant at which the next request may be made. A turn moves it on, in one
 * conditional write, so that turns taken anywhere follow each other at the distance that the limit asks for. Without a
 * limit nothing is written; what this function was asked to wait for it remembers by itself.
 */
export function createDynamoDbRateLimit({ client, table, now, sleep }: RateLimitOptions): RateLimit {
  const held = new Map<string, number>();

  const update = async (
    destinationId: string,
    expression: string,
    condition: string,
    values: Record<string, number>,
  ) => {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: operationsKey.rateLimit(destinationId) } },
        UpdateExpression: `${expression}, #ttl = :ttl`,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#free': 'freeAt', '#ttl': TTL_ATTRIBUTE },
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries({ ...values, ':ttl': Math.floor(now() / 1000) + KEPT_S }).map(([name, value]) => [
            name,
            { N: String(value) },
          ]),
        ),
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(Attributes?.freeAt?.N);
  };

  /** @returns whether the condition held; undefined where it did not */
  const ifSo = async (write: Promise<number>): Promise<number | undefined> => {
    try {
      return await write;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  /** @returns when the turn is, or undefined where there is none soon */
  const reserve = async (destinationId: string, distance: number): Promise<number | undefined> => {
    for (let round = 0; round < ROUNDS; round++) {
      const at = now();
      const values = { ':now': at, ':distance': distance };
      const queued = await ifSo(
        update(destinationId, 'SET #free = #free + :distance', '#free BETWEEN :now AND :latest', {
          ...values,
          ':latest': at + MAX_WAIT_MS,
        }),
      );
      if (queued !== undefined) return queued - distance;
      const idle = 'attribute_not_exists(#free) OR #free < :now';
      const first = await ifSo(update(destinationId, 'SET #free = :now + :distance', idle, values));
      if (first !== undefined) return at;
    }
    return undefined;
  };

  return {
    async acquire(destinationId, perSecond) {
      if (now() < (held.get(destinationId) ?? 0)) return false;
      if (perSecond === undefined) return true;
      const at = await reserve(destinationId, Math.ceil(1000 / perSecond));
      if (at === undefined) return false;
      if (at > now()) await sleep(at - now());
      return true;
    },
    async backOff(destinationId, ms) {
      const until = now() + ms;
      held.set(destinationId, until);
      const condition = 'attribute_not_exists(#free) OR #free < :until';
      await ifSo(update(destinationId, 'SET #free = :until', condition, { ':until': until }));
    },
  };
}
