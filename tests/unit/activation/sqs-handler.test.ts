import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { failedIds, sqsEvent, type TestMessage } from './factories.ts';

const schema = z.strictObject({ n: z.number() });

/** Runs a batch in which the given numbers fail. */
async function run(messages: readonly TestMessage[], failing: readonly number[]) {
  const done: number[] = [];
  const handler = createSqsHandler(
    schema,
    eachInOrder(async ({ value }) => {
      await Promise.resolve();
      if (failing.includes(value.n)) throw new Error('as the test wants it');
      done.push(value.n);
    }, 3),
  );
  return { failed: failedIds(await handler(sqsEvent(messages))), done };
}

const message = (n: number, group?: string): TestMessage => ({ id: `m${n}`, body: { n }, ...(group && { group }) });

describe('the handler of a queue', () => {
  it('names exactly the messages that failed', async () => {
    const { failed, done } = await run(
      [1, 2, 3].map((n) => message(n)),
      [2],
    );
    expect(failed).toEqual(['m2']);
    expect(done).toEqual([1, 3]);
  });

  it.each(['', '{', 'null', '{"n":"1"}', '{"n":1,"more":true}'])(
    'fails the body %j, so that it becomes a dead letter',
    async (body) => {
      expect((await run([{ id: 'bad', body }, message(1)], [])).failed).toEqual(['bad']);
    },
  );

  it('fails everything that follows a failure in its group, and leaves other groups alone', async () => {
    const batch = [message(1, 'a'), message(2, 'b'), message(3, 'a'), message(4, 'b'), message(5, 'a')];
    const { failed, done } = await run(batch, [3]);
    expect(failed).toEqual(['m3', 'm5']);
    expect(done.sort()).toEqual([1, 2, 4]);
  });

  it('counts a body that cannot be read as a failure of its group', async () => {
    const { failed, done } = await run(
      [message(1, 'a'), { id: 'bad', body: '{', group: 'a' }, message(2, 'a'), message(3, 'b')],
      [],
    );
    expect(failed).toEqual(['bad', 'm2']);
    expect(done).toEqual([1, 3]);
  });

  it('fails the batch when the whole of it could not be worked on', async () => {
    const handler = createSqsHandler(schema, async () => Promise.reject(new Error('as the test wants it')));
    expect(failedIds(await handler(sqsEvent([message(1), message(2)])))).toEqual(['m1', 'm2']);
  });

  it('never does a later message of a group when an earlier one is left, and loses none', async () => {
    const messages = fc.array(fc.record({ group: fc.constantFrom('a', 'b', undefined), fails: fc.boolean() }), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(messages, async (plan) => {
        const batch = plan.map(({ group }, n) => message(n, group));
        const failing = plan.flatMap(({ fails }, n) => (fails ? [n] : []));
        const { failed, done } = await run(batch, failing);
        expect([...failed, ...done.map((n) => `m${n}`)].sort()).toEqual(batch.map(({ id }) => id).sort());
        for (const [n, { group }] of plan.entries()) {
          const blocked = group !== undefined && plan.slice(0, n).some((other) => other.group === group && other.fails);
          expect(failed.includes(`m${n}`)).toBe(failing.includes(n) || blocked);
        }
      }),
    );
  });
});
