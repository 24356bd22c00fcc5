import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLaneHandler, eachOpen } from '#lambdas/runtime/lane-handler.ts';
import type { LaneItem, LaneSession } from '#lambdas/runtime/lane-session.ts';
import { MemoryAttemptCounts } from '#tests/harness/core/attempts.memory.ts';
import { elapse } from '#tests/harness/poller/invocation.ts';
import { queuePoller } from '#tests/unit/poller/factories.ts';
import { DAY, failedIds, fakeLane, NOW, sqsEvent, type TestMessage } from './factories.ts';

const schema = z.strictObject({ n: z.number() });
type Item = LaneItem<{ n: number }>;

/** Runs a batch; the messages with certain numbers fail, wait or have no outcome. */
async function run(
  messages: readonly TestMessage[],
  {
    failing = [],
    waiting = {},
    remainingMs = 30_000,
    maxAttempts = 3,
  }: {
    readonly failing?: readonly number[];
    readonly waiting?: Readonly<Record<number, number>>;
    readonly remainingMs?: number;
    readonly maxAttempts?: number;
  } = {},
) {
  const seen: number[] = [];
  const lane = fakeLane(messages);
  const one = async (item: Item, session: LaneSession<{ n: number }>): Promise<void> => {
    seen.push(item.value.n);
    const until = waiting[item.value.n];
    if (failing.includes(item.value.n)) throw new Error('as the test wants it');
    if (until === undefined) session.done([item]);
    else await session.wait([item], until);
  };
  const handler = createLaneHandler(schema, { ...lane, now: () => NOW, maxAttempts }, (items, session) =>
    eachOpen(items, session, 3, (item) => one(item, session)),
  );
  const failed = failedIds(await handler(sqsEvent(messages), { getRemainingTimeInMillis: () => remainingMs }));
  return { failed, seen, lane };
}

const message = (n: number, change: Partial<TestMessage> = {}): TestMessage => ({
  id: `m${n}`,
  body: { n },
  group: `g${n}`,
  ...change,
});

describe('the handler of a delivery lane', () => {
  it('has what failed come again, and counts an attempt', async () => {
    const { failed, lane } = await run([message(1), message(2)], { failing: [2] });
    expect([failed, lane.tried, lane.hidden, lane.dead]).toEqual([['m2'], { m2: 1 }, {}, []]);
  });

  it('hides what waits until then, and counts nothing', async () => {
    const { failed, lane } = await run([message(1), message(2)], { waiting: { 2: NOW + 90_001 } });
    expect([failed, lane.tried, lane.hidden]).toEqual([['m2'], {}, { m2: 91 }]);
  });

  it('makes a dead letter of what has failed for the last time, and goes on with what follows it', async () => {
    const batch = [message(1, { attempt: 3, group: 'g' }), message(2, { group: 'g' })];
    const { failed, seen, lane } = await run(batch, { failing: [1] });
    expect([failed, seen, lane.dead]).toEqual([['m2'], [1], ['m1']]);
    expect(lane.hidden).toEqual({ m2: 1 });
  });

  it('makes a dead letter of what it cannot read, at once', async () => {
    const { failed, lane } = await run([message(1, { body: '{' }), message(2)]);
    expect([failed, lane.dead]).toEqual([[], ['m1']]);
  });

  it('keeps what cannot be put into the dead letters, and does not try it again', async () => {
    const messages = [message(1, { attempt: 4 })];
    const lane = fakeLane(messages);
    const reject = async (): Promise<void> => {
      throw new Error('no such queue');
    };
    const handler = createLaneHandler(
      schema,
      { attempts: lane.attempts, lane: { ...lane.lane, deadLetter: reject }, now: () => NOW, maxAttempts: 3 },
      async () => expect.fail('it was tried often enough'),
    );
    expect(failedIds(await handler(sqsEvent(messages)))).toEqual(['m1']);
  });

  it('lets nothing overtake in a group: it comes when that before it can come', async () => {
    const batch = [1, 2, 3].map((n) => message(n, { group: 'g' }));
    const { failed, seen, lane } = await run(batch, { waiting: { 2: NOW + 60_000 } });
    expect([failed, seen, lane.hidden]).toEqual([['m2', 'm3'], [1, 2], { m2: 60, m3: 60 }]);
  });

  it('begins nothing that there is no time for, and has it come at once', async () => {
    const { failed, seen, lane } = await run([message(1), message(2)], { remainingMs: 5_000 });
    expect([failed, seen, lane.tried, lane.hidden]).toEqual([['m1', 'm2'], [], {}, { m1: 1, m2: 1 }]);
  });

  it('has those wait longer who have waited often, and hides nobody longer than SQS can', async () => {
    const { lane } = await run([message(1, { attempt: 9 }), message(2)], {
      maxAttempts: 20,
      waiting: { 1: NOW + 1_000, 2: NOW + DAY },
    });
    expect(lane.hidden).toEqual({ m1: 16, m2: 43_140 });
  });

  it('makes a dead letter of what would wait for longer than its queue keeps it', async () => {
    const { failed, lane } = await run([message(1)], { waiting: { 1: NOW + 13 * DAY } });
    expect([failed, lane.dead]).toEqual([[], ['m1']]);
  });

  it('has tried whatever was open when it could not be worked on at all', async () => {
    const messages = [message(1, { group: 'g' }), message(2, { group: 'g' }), message(3)];
    const lane = fakeLane(messages);
    const handler = createLaneHandler(schema, { ...lane, now: () => NOW, maxAttempts: 3 }, async () => {
      throw new Error('as the test wants it');
    });
    expect(failedIds(await handler(sqsEvent(messages)))).toEqual(['m1', 'm2', 'm3']);
    expect(lane.tried).toEqual({ m1: 1, m3: 1 });
  });

  it('gives up a message that no function survives, in some more receives', async () => {
    const attempts = new MemoryAttemptCounts();
    const dead: string[] = [];
    const calls: number[] = [];
    const poller = queuePoller({ fifo: true, visibilityTimeoutSeconds: 180 }, (event, context) => {
      calls.push(poller.clock.now());
      const lane = {
        ...fakeLane().lane,
        deadLetter: async (all: readonly { id: string }[]) => void dead.push(...all.map(({ id }) => id)),
      };
      const deps = { lane, attempts, now: poller.clock.now, maxAttempts: 3 };
      return createLaneHandler(schema, deps, async (items, session) => {
        await session.begin(items);
        await elapse(poller.clock, 100_000);
      })(event, context);
    });
    poller.queue('work').send('{"n":1}', { groupId: 'g', deduplicationId: '1' });
    await poller.run();
    expect(dead).toHaveLength(1);
    expect(calls).toHaveLength(8);
    expect(poller.queue('work').messages).toEqual([]);
  });
});
