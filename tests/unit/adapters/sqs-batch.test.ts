import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sendAll } from '#lambdas/adapters/sqs/batch.ts';
import { runs } from '#tests/harness/runs.ts';

it('sends messages in order, ten or a quarter of a megabyte at a time, a larger one alone', async () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 20_000, max: 300_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 40 }), async (lengths) => {
      const batches: string[][] = [];
      const client = {
        async send({ input }: SendMessageBatchCommand) {
          batches.push(input.Entries!.map(({ MessageBody }) => MessageBody!));
          return {};
        },
      } as unknown as SQSClient;
      const bodies = lengths.map((count, n) => `${n} ${'x'.repeat(count)}`);
      await sendAll(
        client,
        'queue',
        bodies.map((MessageBody) => ({ MessageBody })),
      );
      expect(batches.flat()).toEqual(bodies);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(10);
        if (batch.length > 1) expect(batch.join('').length).toBeLessThanOrEqual(256 * 1024);
      }
    }),
    runs(0.2, 40),
  );
});
