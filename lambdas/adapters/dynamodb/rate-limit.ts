import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import { comeBackAt, MAX_LINE_MS, nextStep, type RateState, type TurnRequest } from '#core/activation/rate-limit.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_S } from '#core/util/durations.ts';
import { numberAt } from './item-codec.ts';

const KEPT_S = DAY_S;
/** Others take turns between the reading and the writing. */
const ROUNDS = 8;
/** For so long a function believes what it has read about a destination without a limit. */
const FRESH_MS = 5_000;

export interface RateLimitOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly now: Clock;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

/** A conditional write that takes a turn or a place: all of them only add, so that they commute. */
const WRITES = {
  first: { update: 'SET #free = :now + :distance', condition: 'attribute_not_exists(#free) OR #free < :now' },
  next: { update: 'SET #free = #free + :distance', condition: '#free BETWEEN :now AND :latest' },
  join: { update: 'SET #line = #line + :distance', condition: '#line BETWEEN :now AND :end AND #line >= #free' },
  begin: {
    update: 'SET #line = #free + :distance',
    condition: '#free BETWEEN :now AND :end AND (attribute_not_exists(#line) OR #line < #free)',
  },
} as const;

/**
 * The rate limit of a destination by one item: see `core/activation/rate-limit.ts`. A turn costs one read and one
 * conditional write. For a destination without a limit nothing is written, and read once in some seconds: whether it
 * has asked for time.
 */
export function createDynamoDbRateLimit({ client, table, now, sleep, random }: RateLimitOptions): RateLimit {
  const keyOf = (destinationId: string) => ({ pk: { S: operationsKey.rateLimit(destinationId) } });
  const held = new Map<string, { readonly until: number; readonly readAt: number }>();

  const read = async (destinationId: string): Promise<RateState> => {
    const { Item = {} } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(destinationId), ConsistentRead: true }),
    );
    return { freeAt: numberAt(Item, 'freeAt') ?? 0, lineEnd: numberAt(Item, 'lineEnd') ?? 0 };
  };

  /** @returns what it changed, as it is now; undefined where somebody was faster */
  const write = async (
    destinationId: string,
    { update, condition }: { readonly update: string; readonly condition: string },
    values: Readonly<Record<string, number>>,
  ): Promise<{ readonly freeAt: number; readonly lineEnd: number } | undefined> => {
    const text = `${update} ${condition}`;
    const names = Object.entries({ '#free': 'freeAt', '#line': 'lineEnd' }).filter(([name]) => text.includes(name));
    const used = Object.entries(values).filter(([name]) => text.includes(name));
    const ttl = Math.floor((now() + MAX_LINE_MS) / 1000) + KEPT_S;
    try {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(destinationId),
          UpdateExpression: `${update}, #ttl = :ttl`,
          ConditionExpression: condition,
          ExpressionAttributeNames: { ...Object.fromEntries(names), '#ttl': TTL_ATTRIBUTE },
          ExpressionAttributeValues: Object.fromEntries(
            [...used, [':ttl', ttl] as const].map(([name, value]) => [name, { N: String(value) }]),
          ),
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return { freeAt: numberAt(Attributes, 'freeAt') ?? 0, lineEnd: numberAt(Attributes, 'lineEnd') ?? 0 };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  /** @returns undefined: go; a number: come back then */
  const take = async (destinationId: string, request: TurnRequest): Promise<number | undefined> => {
    const { distance, patienceMs } = request;
    for (let round = 0; round < ROUNDS; round++) {
      const state = await read(destinationId);
      const at = now();
      const step = nextStep(state, request, at);
      if (step === 'later') return comeBackAt(state, at, random());
      const values = {
        ':now': at,
        ':distance': distance,
        ':latest': at + patienceMs,
        ':end': at + MAX_LINE_MS,
      };
      const written = await write(destinationId, WRITES[step], values);
      if (!written) continue;
      if (step === 'join' || step === 'begin') return written.lineEnd - distance;
      const acquire = written.freeAt - distance;
      if (acquire > now()) await sleep(acquire - now());
      return undefined;
    }
    // Too many at once: somebody gets on all the time, and this one in a moment.
    return now() + 1_000;
  };

  return {
    async acquire(destinationId, perSecond, request) {
      if (perSecond !== undefined) {
        return take(destinationId, { ...request, distance: Math.ceil(1000 / perSecond) });
      }
      const known = held.get(destinationId);
      if (known && (known.until > now() || known.readAt + FRESH_MS > now())) {
        return known.until > now() ? known.until : undefined;
      }
      const { freeAt } = await read(destinationId);
      held.set(destinationId, { until: freeAt, readAt: now() });
      return freeAt > now() ? freeAt : undefined;
    },
    async backOff(destinationId, ms) {
      const until = now() + ms;
      held.set(destinationId, { until: Math.max(until, held.get(destinationId)?.until ?? 0), readAt: now() });
      const condition = 'attribute_not_exists(#free) OR #free < :until';
      await write(destinationId, { update: 'SET #free = :until', condition }, { ':until': until });
      return until;
    },
  };
}
