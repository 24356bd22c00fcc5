import { fc, it as property } from '@fast-check/vitest';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { elapse } from '#tests/harness/poller/invocation.ts';
import { createPoller, type Poller } from '#tests/harness/poller/poller.ts';
import { receiptOf } from '#tests/harness/poller/queue.ts';
import { runs } from '#tests/harness/runs.ts';
import { bodies, queueDefinition, queuePoller, queueSource } from './factories.ts';

const REDRIVE = { maxReceiveCount: 3, deadLetters: 'work.dead-letters' };

const send = (poller: Poller, ...texts: string[]): void => {
  for (const text of texts) poller.queue('work').send(text);
};
/** In a FIFO queue: `a1` is the message `a1` of group `a`. */
const sendOrdered = (poller: Poller, ...texts: string[]): void => {
  for (const text of texts) poller.queue('work').send(text, { groupId: text[0]!, deduplicationId: text });
};
const failing = (event: SQSEvent, bad: (body: string) => boolean) => ({
  batchItemFailures: event.Records.filter(({ body }) => bad(body)).map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
});

describe('a queue', () => {
  it('forgets what succeeded and brings back what was named, after the visibility timeout', async () => {
    const seen: [number, string[]][] = [];
    const poller = queuePoller({}, (event) => {
      seen.push([poller.clock.now() - start, bodies(event)]);
      return failing(event, (body) => body === 'b' && seen.length < 3);
    });
    const start = poller.clock.now();
    send(poller, 'a', 'b', 'c');
    await poller.run();
    expect(seen).toEqual([
      [0, ['a', 'b', 'c']],
      [60_000, ['b']],
      [120_000, ['b']],
    ]);
    expect(poller.queue('work').messages).toEqual([]);
  });

  it('brings back the whole batch when the function throws or names what is not in it', async () => {
    let calls = 0;
    const poller = queuePoller({}, () => {
      calls += 1;
      if (calls === 1) throw new Error('rejected');
      return calls === 2 ? { batchItemFailures: [{ itemIdentifier: 'other' }] } : undefined;
    });
    send(poller, 'a', 'b');
    await poller.run();
    expect(poller.invocations.map(({ items }) => items.length)).toEqual([2, 2, 2]);
  });

  it('moves a message to the dead letters after so many receives, and no other', async () => {
    const poller = queuePoller({ redrive: REDRIVE }, (event) => failing(event, (body) => body === 'bad'));
    send(poller, 'good', 'bad');
    await poller.run();
    expect(poller.invocations.map(({ items }) => items.length)).toEqual([2, 1, 1]);
    expect(poller.queue('work.dead-letters').messages.map(({ body }) => body)).toEqual(['bad']);
    expect(poller.queue('work').messages).toEqual([]);
  });

  it('says how often a message was received', async () => {
    const counts: string[] = [];
    const poller = queuePoller({ redrive: REDRIVE }, (event) => {
      counts.push(...event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      throw new Error('rejected');
    });
    send(poller, 'a');
    await poller.run();
    expect(counts).toEqual(['1', '2', '3']);
  });

  it('deletes what does not pass a filter', async () => {
    const seen: string[] = [];
    const filters = ['{"body":[{"anything-but":["no"]}]}'];
    const poller = queuePoller({}, (event) => void seen.push(...bodies(event)), { filters });
    send(poller, 'yes', 'no', 'perhaps');
    await poller.run();
    expect(seen).toEqual(['yes', 'perhaps']);
    expect(poller.queue('work').messages).toEqual([]);
  });

  it('gathers a large batch for its window', async () => {
    const poller = queuePoller({}, () => undefined, { batchSize: 100, batchingWindowSeconds: 20 });
    const start = poller.clock.now();
    send(poller, 'a');
    poller.clock.advanceBy(15_000);
    send(poller, 'b');
    await poller.run();
    expect(poller.invocations.map(({ at, items }) => [at - start, items.length])).toEqual([[20_000, 2]]);
  });
});

describe('a received message', () => {
  const received = (): { poller: Poller; receipt: string } => {
    const poller = queuePoller({}, () => undefined);
    send(poller, 'a');
    return { poller, receipt: receiptOf(poller.queue('work').receive(1)[0]!) };
  };

  it('is hidden for as long as its reader says, twelve hours from its receive at most', () => {
    const { poller, receipt } = received();
    const queue = poller.queue('work');
    poller.clock.advanceBy(10_000);
    expect(() => queue.hide(receipt, 43_191)).toThrow('cannot be hidden');
    queue.hide(receipt, 43_190);
    expect(queue.firstVisibleAt()).toBe(poller.clock.now() + 43_190_000);
    queue.hide(receipt, 0);
    expect(queue.visible()).toBe(1);
  });

  it('answers to the receipt of its last receive only, and while that is valid', () => {
    const { poller, receipt } = received();
    const queue = poller.queue('work');
    poller.clock.advanceBy(60_000);
    expect(() => queue.hide(receipt, 5)).toThrow('no message in flight');
    queue.acknowledge(receipt);
    const again = receiptOf(queue.receive(1)[0]!);
    queue.acknowledge(receipt);
    expect(queue.messages).toHaveLength(1);
    queue.acknowledge(again);
    expect(queue.messages).toEqual([]);
  });

  it('is lost when its queue has kept it for long enough', async () => {
    const poller = queuePoller({ retentionSeconds: 100 }, () => {
      throw new Error('rejected');
    });
    send(poller, 'a');
    await poller.run();
    expect(poller.invocations).toHaveLength(2);
    expect(poller.queue('work').expired.map(({ body }) => body)).toEqual(['a']);
  });
});

describe('a function that reads a queue', () => {
  it('is told how long it may run, and is ended when that is over: nothing that follows happens', async () => {
    const seen: [number, string][] = [];
    const poller: Poller = queuePoller({ redrive: REDRIVE }, async (event, context) => {
      seen.push([context!.getRemainingTimeInMillis(), 'begins']);
      await elapse(poller.clock, 29_000);
      seen.push([context!.getRemainingTimeInMillis(), 'goes on']);
      if (event.Records[0]!.attributes.ApproximateReceiveCount === '1') await elapse(poller.clock, 2_000);
      seen.push([context!.getRemainingTimeInMillis(), 'ends']);
    });
    send(poller, 'a');
    await poller.run();
    expect(seen.map(([, what]) => what)).toEqual(['begins', 'goes on', 'begins', 'goes on', 'ends']);
    expect(seen[1]).toEqual([1_000, 'goes on']);
    expect(poller.invocations.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
  });

  it('works on several batches at once, each for as long as it takes', async () => {
    const ends: number[] = [];
    const wiring = { sources: [queueSource({ batchSize: 1 })], queues: [queueDefinition()] };
    const reader = async () => {
      await elapse(poller.clock, 1_000);
      ends.push(poller.clock.now() - start);
    };
    const poller: Poller = createPoller({ from: { wiring }, handlers: { reader }, concurrency: 3 });
    const start = poller.clock.now();
    send(poller, 'a', 'b', 'c', 'd');
    await poller.run();
    expect(ends).toEqual([1_000, 1_000, 1_000, 2_000]);
  });
});

describe('a FIFO queue', () => {
  const fifo = { fifo: true, redrive: REDRIVE };

  it('holds back a group while one of its messages is away, and goes on with the others', async () => {
    const seen: string[][] = [];
    const poller = queuePoller(
      fifo,
      (event) => {
        seen.push(bodies(event));
        return failing(event, (body) => body.startsWith('a') && seen.length === 1);
      },
      { batchSize: 2 },
    );
    sendOrdered(poller, 'a1', 'b1', 'a2', 'b2', 'a3');
    await poller.run();
    expect(seen).toEqual([['a1', 'b1'], ['b2'], ['a1', 'a2'], ['a3']]);
  });

  it('takes a deduplication id once in five minutes, and again later', async () => {
    const seen: string[] = [];
    const poller = queuePoller(fifo, (event) => void seen.push(...bodies(event)));
    sendOrdered(poller, 'a1', 'a1');
    await poller.run();
    sendOrdered(poller, 'a1');
    await poller.run();
    expect(seen).toEqual(['a1']);
    poller.clock.advanceBy(5 * 60_000);
    sendOrdered(poller, 'a1');
    await poller.run();
    expect(seen).toEqual(['a1', 'a1']);
  });

  it('tells apart equal deduplication ids of two groups only where the queue says so', async () => {
    for (const [deduplicatesPerGroup, expected] of [
      [true, ['x', 'x']],
      [false, ['x']],
    ] as const) {
      const seen: string[] = [];
      const poller = queuePoller({ ...fifo, deduplicatesPerGroup }, (event) => void seen.push(...bodies(event)));
      for (const groupId of ['a', 'b']) poller.queue('work').send('x', { groupId, deduplicationId: 'same' });
      await poller.run();
      expect(seen).toEqual(expected);
    }
  });

  it('rejects a message without group or deduplication id', () => {
    const poller = queuePoller(fifo, () => undefined);
    expect(() => poller.queue('work').send('a')).toThrow('needs a groupId and a deduplicationId');
  });

  it.each([
    [{ batchSize: 11 }, fifo, 'at most 10 messages'],
    [{ batchingWindowSeconds: 1 }, fifo, 'no batching window'],
    [{ batchSize: 11 }, {}, 'need a batching window'],
  ])('is rejected with settings that AWS rejects: %j', (source, definition, reason) => {
    expect(() => queuePoller(definition, () => undefined, source)).toThrow(reason);
  });

  property.prop(
    [fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), fc.array(fc.boolean(), { maxLength: 30 })],
    runs(1, 200),
  )(
    'keeps the order of every group when a function fails a message and all that follow it in its group',
    async (groups, accepts) => {
      const done: string[] = [];
      const answers = [...accepts];
      const poller = queuePoller({ fifo: true }, (event) => {
        const stopped = new Set<string>();
        return failing(event, (body) => {
          const group = body[0]!;
          if (stopped.has(group) || answers.shift() === false) stopped.add(group);
          else done.push(body);
          return stopped.has(group);
        });
      });
      const texts = groups.map((group, index) => `${group}${String(index).padStart(3, '0')}`);
      sendOrdered(poller, ...texts);
      await poller.run();
      for (const group of ['a', 'b', 'c']) {
        const ofGroup = (text: string): boolean => text.startsWith(group);
        expect(done.filter(ofGroup)).toEqual(texts.filter(ofGroup));
      }
    },
  );
});
