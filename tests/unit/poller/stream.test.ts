import { fc, it as property } from '@fast-check/vitest';
import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createClock } from '#tests/harness/poller/clock.ts';
import type { Poller } from '#tests/harness/poller/poller.ts';
import { runs } from '#tests/harness/runs.ts';
import { failing, kinesisData, streamPoller, tablePoller } from './factories.ts';

const put = (poller: Poller, ...data: string[]): void => {
  for (const datum of data) poller.stream('collection').put('key', datum);
};
const failures = (poller: Poller): { condition: string; batchSize: number; text: string }[] =>
  poller.queue('reader.failures').messages.map(({ body }) => {
    const { requestContext, KinesisBatchInfo } = JSON.parse(body);
    return { condition: requestContext.condition, batchSize: KinesisBatchInfo.batchSize, text: body };
  });

describe('reading a stream', () => {
  it('hands out batches of at most the batch size, in order', async () => {
    const seen: string[][] = [];
    const poller = streamPoller({ batchSize: 2 }, (event) => void seen.push(kinesisData(event)));
    put(poller, 'a', 'b', 'c', 'd', 'e');
    await poller.run();
    expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('gathers records for the batching window, unless a batch is full before', async () => {
    const start = 1_000_000;
    const clock = createClock(start);
    const poller = streamPoller({ batchSize: 3, batchingWindowSeconds: 5 }, () => undefined, { clock });
    put(poller, 'a');
    clock.advanceBy(2_000);
    put(poller, 'b');
    await poller.run();
    expect(poller.invocations.map(({ at, items }) => [at - start, items.length])).toEqual([[5_000, 2]]);
    put(poller, 'c', 'd', 'e');
    await poller.run();
    expect(poller.invocations.at(-1)).toMatchObject({ at: start + 5_000, outcome: 'succeeded' });
  });

  it('hands out only what passes a filter', async () => {
    const seen: string[] = [];
    const filters = ['{"kinesis":{"partitionKey":[{"prefix":"eu-"}]}}', '{"kinesis":{"partitionKey":["us-1"]}}'];
    const poller = streamPoller({ filters }, (event) => void seen.push(...kinesisData(event)));
    for (const key of ['eu-1', 'us-1', 'us-2', 'ap-1', 'eu-2']) poller.stream('collection').put(key, key);
    await poller.run();
    expect(seen).toEqual(['eu-1', 'us-1', 'eu-2']);
  });

  it('lets partition keys go side by side up to the parallelization factor, each in order', async () => {
    const seen = new Map<string, string[]>();
    const reader = (event: KinesisStreamEvent): void => {
      for (const { kinesis } of event.Records) {
        const key = kinesis.partitionKey;
        seen.set(key, [...(seen.get(key) ?? []), Buffer.from(kinesis.data, 'base64').toString()]);
      }
    };
    const poller = streamPoller({ batchSize: 2, parallelizationFactor: 4 }, reader, { shards: 2, concurrency: 3 });
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    for (let turn = 0; turn < 5; turn += 1) for (const key of keys) poller.stream('collection').put(key, `${turn}`);
    await poller.run();
    expect([...seen.keys()].sort()).toEqual([...keys].sort());
    for (const values of seen.values()) expect(values).toEqual(['0', '1', '2', '3', '4']);
  });

  it('shows the change of an item with its images', async () => {
    const seen: unknown[] = [];
    const poller = tablePoller({}, (event) => void seen.push(...event.Records));
    const keys = { pk: { S: 'a' } };
    const image = (n: string) => ({ ...keys, n: { N: n } });
    const changes = poller.table('profiles');
    changes.put('a', { keys, newImage: image('1') });
    changes.put('a', { keys, oldImage: image('1'), newImage: image('2') });
    changes.put('a', { keys, oldImage: image('2') });
    await poller.run();
    expect(seen).toMatchObject([
      { eventName: 'INSERT', dynamodb: { Keys: keys, NewImage: image('1') } },
      { eventName: 'MODIFY', dynamodb: { OldImage: image('1'), NewImage: image('2') } },
      { eventName: 'REMOVE', dynamodb: { OldImage: image('2') } },
    ]);
    expect(seen[2]).not.toHaveProperty('dynamodb.NewImage');
  });
});

describe('a function that names failed records', () => {
  it('is given everything from the lowest of them on again, whatever order it names them in', async () => {
    const seen: string[][] = [];
    const poller = streamPoller({}, (event) => {
      seen.push(kinesisData(event));
      const { batchItemFailures } = failing(event, new Set(seen.length === 1 ? ['b', 'd'] : []));
      return { batchItemFailures: batchItemFailures.reverse() };
    });
    put(poller, 'a', 'b', 'c', 'd', 'e');
    await poller.run();
    expect(seen).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      ['b', 'c', 'd', 'e'],
    ]);
  });

  it('waits longer before every further try', async () => {
    const poller = streamPoller({ retryAttempts: 8 }, (event) => failing(event, new Set(['a'])));
    put(poller, 'a');
    await poller.run();
    const gaps = poller.invocations.slice(1).map(({ at }, index) => (at - poller.invocations[index]!.at) / 1000);
    expect(gaps).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty list', { batchItemFailures: [] }],
    ['no list', {}],
    ['null for a list', { batchItemFailures: null }],
  ])('has succeeded when it returns %s', async (_, response) => {
    const poller = streamPoller({}, () => response);
    put(poller, 'a', 'b');
    await poller.run();
    expect(poller.invocations.map(({ outcome }) => outcome)).toEqual(['succeeded']);
  });

  it.each([
    ['an unknown identifier', [{ itemIdentifier: 'other' }]],
    ['an empty identifier', [{ itemIdentifier: '' }]],
    ['a misspelt key', [{ itemIdentfier: 'x' }]],
    ['null', [null]],
  ])('has failed as a whole when it names %s', async (_, batchItemFailures) => {
    let calls = 0;
    const poller = streamPoller({}, () => {
      calls += 1;
      return calls === 1 ? { batchItemFailures } : undefined;
    });
    put(poller, 'a', 'b');
    await poller.run();
    expect(poller.invocations.map(({ outcome, items }) => [outcome, items.length])).toEqual([
      ['failed', 2],
      ['succeeded', 2],
    ]);
  });

  it('is not heard when the mapping does not ask for partial responses', async () => {
    const poller = streamPoller({ reportBatchItemFailures: false }, (event) => failing(event, new Set(['a'])));
    put(poller, 'a');
    await poller.run();
    expect(poller.invocations).toHaveLength(1);
  });

  it('is not halved for its first record: what follows is tried, and given up, together with it', async () => {
    const poller = streamPoller({ bisectBatchOnError: true, retryAttempts: 2 }, (event) =>
      failing(event, new Set(['b'])),
    );
    put(poller, 'a', 'b', 'c');
    await poller.run();
    expect(poller.invocations.map(({ items }) => items.length)).toEqual([3, 2, 2, 2]);
    expect(failures(poller)).toMatchObject([{ condition: 'RetryAttemptsExhausted', batchSize: 2 }]);
  });
});

describe('a function that throws', () => {
  const throwsOn = (bad: string) => (event: KinesisStreamEvent) => {
    if (kinesisData(event).includes(bad)) throw new Error('rejected');
  };

  it('holds up its shard until the retries are used up, then the rest goes on', async () => {
    const poller = streamPoller({ batchSize: 2, retryAttempts: 3 }, throwsOn('a'));
    put(poller, 'a', 'b', 'c');
    await poller.run();
    expect(poller.invocations.map(({ items, outcome }) => [items.length, outcome])).toEqual([
      [2, 'failed'],
      [2, 'failed'],
      [2, 'failed'],
      [2, 'failed'],
      [1, 'succeeded'],
    ]);
    expect(failures(poller)).toMatchObject([{ condition: 'RetryAttemptsExhausted', batchSize: 2 }]);
  });

  it('does not hold up another shard, nor another lane', async () => {
    const done: string[] = [];
    const poller = streamPoller(
      { retryAttempts: 5, parallelizationFactor: 2 },
      (event) => {
        throwsOn('bad')(event);
        done.push(...kinesisData(event));
      },
      { shards: 2 },
    );
    for (let index = 0; index < 40; index += 1)
      poller.stream('collection').put(`key-${index}`, index === 7 ? 'bad' : `${index}`);
    await poller.run({ until: poller.clock.now() });
    expect(done.length).toBeGreaterThanOrEqual(20);
    expect(poller.invocations.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
  });

  it('with bisecting costs only the bad record, and halving uses up no retry', async () => {
    const done: string[] = [];
    const poller = streamPoller({ bisectBatchOnError: true, retryAttempts: 1 }, (event) => {
      throwsOn('f')(event);
      done.push(...kinesisData(event));
    });
    put(poller, ...'abcdefgh');
    await poller.run();
    expect(done).toEqual([...'abcdegh']);
    expect(failures(poller)).toMatchObject([{ condition: 'RetryAttemptsExhausted', batchSize: 1 }]);
    // 8 → 4 (efgh) → 2 (ef) → 1 (f), and f once more.
    expect(poller.invocations.filter(({ outcome }) => outcome === 'failed').map(({ items }) => items.length)).toEqual([
      8, 4, 2, 1, 1,
    ]);
  });

  it('loses records that have become too old, and says so', async () => {
    const poller = streamPoller({ maxRecordAgeSeconds: 60 }, throwsOn('a'));
    put(poller, 'a');
    await poller.run();
    expect(failures(poller)).toMatchObject([{ condition: 'RecordAgeExceeded', batchSize: 1 }]);
    const tries = poller.invocations.map(({ at }) => at - poller.invocations[0]!.at);
    expect(Math.max(...tries)).toBeLessThanOrEqual(60_000);
  });

  it('has its failure told by name, never by content', async () => {
    const poller = streamPoller({ retryAttempts: 0 }, throwsOn('secret'));
    put(poller, 'secret');
    await poller.run();
    const [failure] = failures(poller);
    const encoded = Buffer.from('secret').toString('base64');
    expect(failure!.text).not.toMatch(new RegExp(`secret|${encoded}`));
    expect(JSON.parse(failure!.text).KinesisBatchInfo).toMatchObject({
      startSequenceNumber: poller.stream('collection').records[0]!.sequenceNumber,
      streamArn: expect.stringContaining('stream/collection'),
    });
  });

  it('for ever, without any limit, is noticed', async () => {
    const poller = streamPoller({}, throwsOn('a'));
    put(poller, 'a');
    await expect(poller.run({ maxInvocations: 50 })).rejects.toThrow('Not quiet after 50 calls');
  });
});

describe('whatever a function does', () => {
  const settings = fc.record({
    batchSize: fc.integer({ min: 1, max: 8 }),
    parallelizationFactor: fc.integer({ min: 1, max: 3 }),
    bisectBatchOnError: fc.boolean(),
    retryAttempts: fc.integer({ min: 0, max: 4 }),
    batchingWindowSeconds: fc.integer({ min: 0, max: 3 }),
  });
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });
  /** One step per call: it throws, names a record, or succeeds. */
  const behaviour = fc.array(
    fc.oneof(fc.constant('throw' as const), fc.nat({ max: 7 }), fc.constant('succeed' as const)),
  );

  property.prop([settings, keys, behaviour, fc.infiniteStream(fc.nat())], runs(1, 200))(
    'every record is done or named in the failure queue, and first seen in the order of its key',
    async (chosen, partitionKeys, steps, picks) => {
      const done = new Set<string>();
      const firstSeen = new Map<string, string[]>();
      const remaining = [...steps];
      const poller = streamPoller(
        chosen,
        (event) => {
          for (const { kinesis } of event.Records) {
            const seen = firstSeen.get(kinesis.partitionKey) ?? [];
            if (!seen.includes(kinesis.sequenceNumber))
              firstSeen.set(kinesis.partitionKey, [...seen, kinesis.sequenceNumber]);
          }
          const step = remaining.shift() ?? 'succeed';
          if (step === 'throw') throw new Error('rejected');
          const from = step === 'succeed' ? event.Records.length : step % event.Records.length;
          for (const { kinesis } of event.Records.slice(0, from)) done.add(kinesis.sequenceNumber);
          return {
            batchItemFailures: event.Records.slice(from).map(({ kinesis }) => ({
              itemIdentifier: kinesis.sequenceNumber,
            })),
          };
        },
        { shards: 2, pick: (count) => (picks.next().value ?? 0) % count },
      );
      for (const key of partitionKeys) poller.stream('collection').put(key, key);
      await poller.run();

      const { records } = poller.stream('collection');
      const named = (sequenceNumber: string, shard: number): boolean =>
        poller.queue('reader.failures').messages.some(({ body }) => {
          const { shardId, startSequenceNumber, endSequenceNumber } = JSON.parse(body).KinesisBatchInfo;
          return (
            Number(shardId.slice(8)) === shard &&
            startSequenceNumber <= sequenceNumber &&
            sequenceNumber <= endSequenceNumber
          );
        });
      for (const { sequenceNumber, shard } of records) {
        expect(done.has(sequenceNumber) || named(sequenceNumber, shard)).toBe(true);
      }
      for (const seen of firstSeen.values()) expect(seen).toEqual([...seen].sort());
    },
  );
});
