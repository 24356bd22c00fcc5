import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import { bodyOf, DELIVERED, failed, failureOf } from '#core/activation/item-results.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { createRequestSender } from '#core/activation/request-sender.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { runs } from '#tests/harness/runs.ts';
import {
  catalogOf,
  entered,
  identity,
  NO_RATE_LIMIT,
  NOW,
  ok,
  profileDelivery,
  status,
} from '../../unit/activation/factories.ts';

type AnyType = RequestDestination<ProfileDestination, string, string>;

/** A vendor with a call for each audience; whether it takes people at once, or as a job whose result comes later. */
const typeWith = (jobs: boolean): AnyType => {
  const { jobs: _jobs, audiences: _audiences, ...http } = requestTypeOf({ id: 'ads', type: 'http' } as never)!;
  const post = (url: string, body: unknown) =>
    ({ method: 'POST', url, headers: {}, body: JSON.stringify(body), timeoutMs: 1_000 }) as const;
  return {
    ...(http as unknown as AnyType),
    alone: false,
    limits: () => ({ rows: 100 }),
    rows: ({ changes, canonicalKey }) => changes.map(({ segmentId }) => ({ call: segmentId, row: canonicalKey })),
    request: (segmentId, rows) => post('https://ads.example.com/members', { segmentId, rows }),
    answer: (outcome) => {
      const failure = failureOf(outcome);
      if (failure) return { kind: 'all', result: failure };
      if (!jobs) return { kind: 'all', result: DELIVERED };
      return { kind: 'job', job: (bodyOf(outcome) as { job: string }).job, againInMs: 1_000 };
    },
    ...(jobs && {
      jobs: {
        giveUpAfterMs: 3_600_000,
        request: (job: string) => post('https://ads.example.com/jobs', { job }),
        answer: (outcome, rows) => {
          const read = bodyOf(outcome) as { state?: string };
          if (read.state === 'running') return { kind: 'running', againInMs: 1_000 };
          const result = read.state === 'rejected' ? failed('drop', 'rejected') : DELIVERED;
          return { kind: 'rows', results: Array.from({ length: rows }, () => result) };
        },
      } satisfies NonNullable<AnyType['jobs']>,
    }),
  };
};

const person = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 });
const trouble = fc.array(fc.constantFrom('ok', 'ok', '500', '429'), { maxLength: 12 });

describe('deliveries with more calls than a function has time for', () => {
  it.each([false, true])(
    'come to their end, and no call that was answered is made again (jobs: %s)',
    async (withJobs) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(person, { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 1, max: 4 }),
          trouble,
          fc.array(fc.constantFrom('running', 'done', 'rejected'), { maxLength: 10 }),
          async (audiences, callsPerRound, answers, states) => {
            const type = typeWith(withJobs);
            const taken: string[] = [];
            let [calls, jobs] = [0, 0];
            const [line, becomes] = [[...answers], [...states]];
            const send = createRequestSender({
              catalog: catalogOf({ id: 'ads', type: 'http', url: 'https://ads.example.com' }),
              http: async ({ url, body }) => {
                calls += 1;
                if (url.endsWith('/jobs')) return ok(JSON.stringify({ state: becomes.shift() ?? 'done' }));
                const what = line.shift() ?? 'ok';
                if (what !== 'ok') return status(Number(what));
                const { segmentId, rows } = JSON.parse(body) as { segmentId: string; rows: string[] };
                taken.push(...rows.map((row) => `${row} ${segmentId}`));
                jobs += 1;
                return ok(JSON.stringify({ job: `job ${jobs}` }));
              },
              secrets: async () => '{"signingKey":"k"}',
              rateLimit: NO_RATE_LIMIT,
              vendorState: createMemoryVendorState(() => NOW),
              now: () => NOW,
              logFailure: () => {},
              typeOf: () => type as never,
            });
            let open = audiences.map((segments, n) =>
              profileDelivery({
                destinationId: 'ads',
                canonicalKey: `P${n}`,
                identities: [identity('CRMID', `P${n}`)],
                changes: segments.map((segment) => entered(`S${segment}`)),
              }),
            );
            const over: ProfileDelivery[] = [];
            let rounds = 0;
            while (open.length > 0) {
              rounds += 1;
              expect(rounds).toBeLessThan(200);
              const until = calls + callsPerRound;
              const results = await send('ads', open, {
                isBack: rounds > 1,
                patience: { leftMs: 0 },
                begin: async () => {},
                hasTime: () => calls < until,
              });
              const isOver = results.map((result) => result.delivered || result.errorClass === 'drop');
              over.push(...open.filter((_, i) => isOver[i]));
              open = open.filter((_, i) => !isOver[i]);
            }
            const wanted = audiences.flatMap((segments, n) => segments.map((segment) => `P${n} S${segment}`));
            expect(taken.sort()).toEqual(wanted.sort());
            expect(over).toHaveLength(audiences.length);
          },
        ),
        runs(1, 100),
      );
    },
  );

  it('begin anew where they are new to the queue: dead letters that are sent again', async () => {
    const made: string[] = [];
    const send = createRequestSender({
      catalog: catalogOf({ id: 'ads', type: 'http', url: 'https://ads.example.com' }),
      http: async ({ body }) => {
        const { segmentId } = JSON.parse(body) as { segmentId: string };
        made.push(segmentId);
        return segmentId === 'S2' && made.length < 3 ? status(500) : ok();
      },
      secrets: async () => '{"signingKey":"k"}',
      rateLimit: NO_RATE_LIMIT,
      vendorState: createMemoryVendorState(() => NOW),
      now: () => NOW,
      logFailure: () => {},
      typeOf: () => typeWith(false) as never,
    });
    const delivery = profileDelivery({ destinationId: 'ads', changes: [entered('S1'), entered('S2')] });
    const attempt = (isBack: boolean) =>
      send('ads', [delivery], { isBack, patience: { leftMs: 0 }, begin: async () => {} });
    await attempt(false);
    await attempt(false);
    expect(made).toEqual(['S1', 'S2', 'S1', 'S2']);
  });
});
