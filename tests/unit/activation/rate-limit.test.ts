import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDynamoDbRateLimit } from '#lambdas/adapters/dynamodb/rate-limit.ts';
import { rateLimitContract } from '#tests/contract/rate-limit.contract.ts';
import { createMemoryRateLimit } from '#tests/harness/core/rate-limit.memory.ts';

type Numbers = Record<string, number | undefined>;

/** Whether a condition of the adapter holds: comparisons with what is not there do not. */
function holds(condition: string, names: Readonly<Record<string, string>>, item: Numbers, values: Numbers): boolean {
  const numberAt = (operand: string): number | undefined =>
    operand.startsWith(':') ? values[operand] : item[names[operand]!];
  const written = condition
    .replace(/attribute_not_exists\((#\w+)\)/g, (_, name: string) => String(numberAt(name) === undefined))
    .replace(/(#\w+) BETWEEN (:\w+) AND (:\w+)/g, (_, name: string, from: string, to: string) => {
      const value = numberAt(name);
      return String(value !== undefined && value >= numberAt(from)! && value <= numberAt(to)!);
    })
    .replace(/(#\w+) (<|>=) ([#:]\w+)/g, (_, left: string, operator: string, right: string) => {
      const [x, y] = [numberAt(left), numberAt(right)];
      return String(x !== undefined && y !== undefined && (operator === '<' ? x < y : x >= y));
    });
  const isTrue = (part: string): boolean => part.split(' AND ').every((term) => term.trim() === 'true');
  const flat = written.replace(/\(([^()]*)\)/g, (_, inner: string) => String(inner.split(' OR ').some(isTrue)));
  return flat.split(' OR ').some(isTrue);
}

/** A table that answers the reads and the conditional writes of the adapter. */
function table() {
  const items = new Map<string, Numbers>();
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  const calls = mockClient(client);
  calls.on(GetItemCommand).callsFake((input: GetItemCommand['input']) => {
    const item = items.get(input.Key!.pk!.S!);
    return item ? { Item: asAttributes(item) } : {};
  });
  calls.on(UpdateItemCommand).callsFake((input: UpdateItemCommand['input']) => {
    const names = input.ExpressionAttributeNames!;
    const values: Numbers = Object.fromEntries(
      Object.entries(input.ExpressionAttributeValues!).map(([name, value]) => [name, Number(value.N)]),
    );
    const item = items.get(input.Key!.pk!.S!) ?? {};
    if (!holds(input.ConditionExpression!, names, item, values)) {
      throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    }
    const [, name, first, , second] = /^SET (#\w+) = ([#:]\w+)( \+ ([#:]\w+))?, /.exec(input.UpdateExpression!)!;
    const numberAt = (operand: string | undefined): number =>
      operand === undefined ? 0 : operand.startsWith(':') ? values[operand]! : item[names[operand]!]!;
    const changed = { [names[name!]!]: numberAt(first) + numberAt(second) };
    items.set(input.Key!.pk!.S!, { ...item, ...changed });
    return { Attributes: asAttributes(changed) };
  });
  return { client, calls };
}

const asAttributes = (item: Numbers) =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { N: String(value) }]));

let destinations = 0;
const destination = (): string => `d${destinations++}`;

rateLimitContract(
  'memory',
  (clock, sleep) => {
    const rateLimit = createMemoryRateLimit(clock.now, sleep);
    return { function: () => rateLimit, destination };
  },
  100,
);

rateLimitContract(
  'expressions of DynamoDB',
  (clock, sleep) => {
    const { client } = table();
    const options = { client, table: 'operations', now: clock.now, sleep, random: () => 0.3 };
    return { function: () => createDynamoDbRateLimit(options), destination };
  },
  60,
);

describe('the rate limit in a table', () => {
  const rateLimit = (client: DynamoDBClient) =>
    createDynamoDbRateLimit({ client, table: 't', now: () => 1_000_000, sleep: async () => {}, random: () => 0 });

  it('costs one read and one write a turn', async () => {
    const { client, calls } = table();
    const one = rateLimit(client);
    for (let n = 0; n < 3; n++) await one.acquire('d', 1, { isBack: false, patienceMs: 1_000 });
    expect(calls.commandCalls(GetItemCommand)).toHaveLength(3);
    expect(calls.commandCalls(UpdateItemCommand)).toHaveLength(3);
  });

  it('writes nothing for a destination without a limit, and reads once in some seconds', async () => {
    const { client, calls } = table();
    const one = rateLimit(client);
    for (let n = 0; n < 9; n++)
      expect(await one.acquire('d', undefined, { isBack: false, patienceMs: 0 })).toBeUndefined();
    expect(calls.commandCalls(UpdateItemCommand)).toEqual([]);
    expect(calls.commandCalls(GetItemCommand)).toHaveLength(1);
  });

  it('sends away for a second who is always overtaken', async () => {
    const { client, calls } = table();
    calls.on(UpdateItemCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    expect(await rateLimit(client).acquire('d', 1, { isBack: false, patienceMs: 0 })).toBe(1_001_000);
  });
});
