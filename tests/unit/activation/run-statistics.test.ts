import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printRuns } from '#cli/report/print-runs.ts';
import { activationRate, addDataflow, hoursBetween, NO_DATAFLOW, runState } from '#core/activation/dataflow.ts';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/deliver-http/handler.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import {
  catalogOf,
  fakeHttp,
  fakeLane,
  fakeMetrics,
  HOUR,
  identity,
  NO_RATE_LIMIT,
  NOW,
  profileDelivery,
  sqsEvent,
} from './factories.ts';

const counts = fc.record({
  received: fc.nat(100),
  activated: fc.nat(100),
  failed: fc.nat(100),
  retried: fc.nat(100),
  excluded: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(100)),
});

describe('a dataflow run', () => {
  it('adds up in any order', () => {
    fc.assert(
      fc.property(fc.array(counts), (all) => {
        const forwards = all.reduce(addDataflow, NO_DATAFLOW);
        expect([...all].reverse().reduce(addDataflow, NO_DATAFLOW)).toEqual(forwards);
        const rate = activationRate(forwards);
        if (rate !== undefined) expect(rate).toBeGreaterThanOrEqual(0);
        if (rate !== undefined) expect(rate).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is processing in its hour, and completed afterwards', () => {
    const run = { hour: NOW, ...NO_DATAFLOW };
    expect(runState(run, NOW + HOUR - 1)).toBe('processing');
    expect(runState(run, NOW + HOUR)).toBe('completed');
    expect(hoursBetween(NOW, NOW + 2 * HOUR - 1)).toEqual([NOW, NOW + HOUR]);
  });

  it('is shown with its rate and who was left out', () => {
    const run = { hour: NOW, ...NO_DATAFLOW, received: 4, activated: 3, excluded: { noAcceptedIdentity: 1 } };
    const shown = printRuns({
      destination: 'webhook',
      waiting: {},
      deadLetters: { webhook: 2 },
      runs: [{ ...run, state: 'processing', activationRate: 0.75 }],
    });
    expect(shown).toMatch(/2026-03-01T10:00Z +processing +4 +3 +0 +0 +75\.0 % +noAcceptedIdentity 1/);
    expect(shown).toContain('Waiting: none. Dead letters: webhook 2.');
  });
});

describe('the books of a destination', () => {
  const message = (n: number) => ({
    id: `m${n}`,
    group: `g${n}`,
    body: profileDelivery({ identities: [identity('CRMID', `C${n}`)] }),
  });
  const deliver = (runStatistics: MemoryRunStatistics) =>
    withDataflow({ runStatistics: runStatistics, metrics: fakeMetrics().metrics, now: () => NOW }, (metrics) =>
      createHandler({
        catalog: catalogOf({ id: 'webhook', type: 'http', url: 'https://hooks.example.com' }),
        deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
        reroutes: { send: async () => {} },
        http: fakeHttp(() => ({
          kind: 'response',
          status: 207,
          body: '{"results":[{"status":200},{"status":422},{"status":503}]}',
        })).http,
        secrets: async () => 'secret',
        deliveryErrors: new MemoryDeliveryErrors(),
        vendorDeletions: new MemoryVendorDeletions(),
        vendorState: createMemoryVendorState(() => NOW),
        rateLimit: NO_RATE_LIMIT,
        ...fakeLane(),
        metrics,
        now: () => NOW,
      }),
    );

  it('say what became of each, when half of a request is taken', async () => {
    const runStatistics = new MemoryRunStatistics();
    await deliver(runStatistics)(sqsEvent([1, 2, 3].map(message)));
    expect(await runStatistics.runs('webhook', NOW, NOW)).toEqual([
      { hour: NOW, ...NO_DATAFLOW, activated: 1, failed: 1, retried: 1 },
    ]);
  });

  it('never make a delivery fail when they cannot be written', async () => {
    const runStatistics = new MemoryRunStatistics();
    runStatistics.add = async () => {
      throw new Error('throttled');
    };
    const { batchItemFailures } = await deliver(runStatistics)(sqsEvent([1, 2, 3].map(message)));
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm3' }]);
  });

  it('are written also when the function fails, and once', async () => {
    const runStatistics = new MemoryRunStatistics();
    const failing = withDataflow(
      { runStatistics: runStatistics, metrics: fakeMetrics().metrics, now: () => NOW },
      (metrics) => async () => {
        metrics.count(METRICS.deliveriesExcluded, 2, { destination: 'd', reason: 'x' });
        throw new Error('no');
      },
    );
    await expect(failing({})).rejects.toThrow('no');
    await expect(failing({})).rejects.toThrow('no');
    expect((await runStatistics.runs('d', NOW, NOW))[0]?.excluded).toEqual({ x: 4 });
  });
});
