import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbRateLimit } from '#lambdas/adapters/dynamodb/rate-limit.ts';
import { runs } from '#tests/harness/runs.ts';

const START = 1_000_000;

/** A table of one attribute that answers the conditional writes of the adapter. */
function table() {
  let free: number | undefined;
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  const calls = mockClient(client);
  calls.on(UpdateItemCommand).callsFake((input: UpdateItemCommand['input']) => {
    const value = (name: string): number => Number(input.ExpressionAttributeValues?.[name]?.N);
    const condition = input.ConditionExpression ?? '';
    const holds = condition.includes('BETWEEN')
      ? free !== undefined && free >= value(':now') && free <= value(':latest')
      : free === undefined || free < value(condition.includes(':until') ? ':until' : ':now');
    if (!holds) throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    if (input.UpdateExpression?.includes(':until')) free = value(':until');
    else if (input.UpdateExpression?.includes(':now + :distance')) free = value(':now') + value(':distance');
    else free = free! + value(':distance');
    return { Attributes: { freeAt: { N: String(free) } } };
  });
  return { client, calls };
}

describe('the pace of a destination', () => {
  let clock = START;
  beforeEach(() => {
    clock = START;
  });
  const rateLimitOf = (client: DynamoDBClient, slept: number[] = []) =>
    createDynamoDbRateLimit({
      client,
      table: 'operations',
      now: () => clock,
      sleep: async (ms) => void slept.push(ms),
    });

  it('keeps requests of all functions together at the distance of the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        async (functions, perSecond) => {
          clock = START;
          const { client } = table();
          const slept: number[] = [];
          const rateLimits = [0, 1, 2].map(() => rateLimitOf(client, slept));
          const turns: number[] = [];
          for (const which of functions) {
            slept.length = 0;
            if (await rateLimits[which]!.acquire('d', perSecond)) turns.push(clock + (slept[0] ?? 0));
          }
          expect(turns[0]).toBe(START);
          for (const [i, acquire] of turns.entries()) {
            if (i > 0) expect(acquire - turns[i - 1]!).toBeGreaterThanOrEqual(1000 / perSecond);
          }
          if (functions.length * (1000 / perSecond) < 4000) expect(turns).toHaveLength(functions.length);
        },
      ),
      runs(0.25, 50),
    );
  });

  it('waits for nobody longer than ten seconds', async () => {
    const { client } = table();
    const rateLimit = rateLimitOf(client);
    const turns = await Promise.all(Array.from({ length: 20 }, () => rateLimit.acquire('d', 1)));
    expect(turns.filter(Boolean).length).toBeLessThanOrEqual(12);
    expect(turns).toContain(false);
  });

  it('writes nothing for a destination without a limit', async () => {
    const { client, calls } = table();
    expect(await rateLimitOf(client).acquire('d', undefined)).toBe(true);
    expect(calls.calls()).toEqual([]);
  });

  it('leaves a destination alone for as long as it asks, everywhere', async () => {
    const { client } = table();
    const asked = rateLimitOf(client);
    await asked.backOff('d', 60_000);
    expect(await asked.acquire('d', undefined)).toBe(false);
    expect(await rateLimitOf(client).acquire('d', 10)).toBe(false);
    clock += 60_001;
    expect(await asked.acquire('d', undefined)).toBe(true);
    expect(await rateLimitOf(client).acquire('d', 10)).toBe(true);
  });
});
