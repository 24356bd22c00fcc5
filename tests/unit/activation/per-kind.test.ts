import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { perKind } from '#lambdas/runtime/per-kind.ts';
import { edgeDelivery, failedIds, profileDelivery, sqsEvent } from './factories.ts';

describe('a function that delivers several kinds', () => {
  const seen: string[] = [];
  const noting =
    (kind: string, failing: readonly string[] = []) =>
    async (event: SQSEvent) => {
      seen.push(...event.Records.map(({ messageId }) => `${kind} ${messageId}`));
      const ids = event.Records.map(({ messageId }) => messageId).filter((id) => failing.includes(id));
      return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
    };

  it('hands each message to the handler of its kind, and names all that failed', async () => {
    const handler = perKind({ profile: noting('profile', ['3']), 'aam-edge': noting('edge', ['2']) });
    const bodies = [profileDelivery(), edgeDelivery(), profileDelivery(), edgeDelivery()];
    const event = sqsEvent(bodies.map((body, n) => ({ id: String(n + 1), body: JSON.stringify(body) })));
    expect(failedIds(await handler(event)).sort()).toEqual(['2', '3']);
    expect(seen.sort()).toEqual(['edge 2', 'edge 4', 'profile 1', 'profile 3']);
  });

  it.each(['', 'no JSON', '[]', 'null', '{"kind":1}', '{"kind":"__proto__"}', '{"kind":"aam-hub"}'])(
    'hands what is of no kind that it knows (%s) to the first handler',
    async (body) => {
      seen.length = 0;
      await perKind({ profile: noting('profile'), 'aam-edge': noting('edge') })(sqsEvent([{ id: 'x', body }]));
      expect(seen).toEqual(['profile x']);
    },
  );
});
