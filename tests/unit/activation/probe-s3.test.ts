import { expect, it } from 'vitest';
import { probeBucket } from '#lambdas/adapters/s3/probe.ts';

const answering = (httpStatusCode: number | undefined) => ({
  send: async () => {
    if (httpStatusCode !== 200) throw Object.assign(new Error('x'), { name: 'Answer', $metadata: { httpStatusCode } });
  },
});

it('reads the status of a look at a bucket, which is answered without a body', async () => {
  const seen = async (status?: number): Promise<unknown> => (await probeBucket(answering(status) as never, 'b'))[0];
  expect(await seen(200)).toEqual({ step: 'receiver', outcome: 'ok' });
  expect(await seen(403)).toEqual({ step: 'receiver', outcome: 'unknown', reason: 'may-not-look' });
  expect(await seen(301)).toEqual({ step: 'receiver', outcome: 'failed', reason: 'bucket-of-another-region' });
  expect(await seen(404)).toEqual({ step: 'receiver', outcome: 'failed', reason: 'no-such-bucket' });
  expect(await seen()).toEqual({ step: 'receiver', outcome: 'failed', reason: 'Answer' });
});
