import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { interaction } from '#tests/harness/core/interactions.ts';
import { ecidOf, enveloped, exampleCatalog, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { findIn } from '#tests/harness/platform/search.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;

describe('activities, as the functions count them', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  /** Device number `n` says something, minutes after the start. */
  const said = (id: string, n: number, minute: number, entity: object): object => ({
    _id: id,
    timestamp: new Date(START - 60 * MINUTE + minute * MINUTE).toISOString(),
    identityMap: { ECID: [{ id: ecidOf(n), primary: true }] },
    ...entity,
  });
  const shown = (n: number, minute: number): object =>
    said(
      `shown-${n}-${minute}`,
      n,
      minute,
      interaction('display', ['gold-banner', n % 2 ? 'early-access' : 'control']),
    );
  const clicked = (n: number, minute: number): object =>
    said(`clicked-${n}-${minute}`, n, minute, interaction('interact', ['gold-banner', 'early-access']));
  const bought = (n: number, minute: number): object =>
    said(`bought-${n}-${minute}`, n, minute, {
      eventType: 'commerce.purchases',
      commerce: { purchases: { value: 1 } },
    });
  const countsOf = async ({ stores }: Platform) =>
    Object.fromEntries((await stores.activityCounts.totals(['gold-banner'])).get('gold-banner')!);
  const events = [
    shown(1, 1),
    shown(1, 2),
    shown(2, 1),
    clicked(1, 3),
    bought(1, 9),
    bought(2, 9),
    bought(2, 10),
    bought(3, 9),
  ];
  const EXPECTED = {
    control: { displays: 1, visitors: 1, clicks: 0, conversions: 1 },
    'early-access': { displays: 2, visitors: 1, clicks: 1, conversions: 1 },
  };

  it('are the same by stream and by file, and when both bring them twice', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const event of [...events.slice(0, 5), ...events.slice(0, 3)])
      platform.collect(enveloped('web-events', event));
    await platform.poller.run({ until: START + 10 * MINUTE });
    const lines = events.map((event) => JSON.stringify(event)).join('\n');
    await platform.upload('landing/web-events/all.ndjson', lines, 2);
    await platform.poller.run({ until: START + 30 * MINUTE });
    expect(await countsOf(platform)).toEqual(EXPECTED);
  });

  it(
    'are counted once, whatever fails while records come',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(events.slice(0, 4), { minLength: 4 }),
          fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after', 'conflict'), { maxLength: 6 }),
          async (first, faults) => {
            let call = 0;
            const platform = createPlatform({
              wiring,
              catalog,
              start: START,
              intercept: (port, name) =>
                name === 'activityCounts' ? withFaults(port, () => faults[call++] ?? 'none') : port,
            });
            for (const event of [...first, ...first]) platform.collect(enveloped('web-events', event));
            await platform.poller.run({ until: START + 20 * MINUTE });
            for (const event of events) platform.collect(enveloped('web-events', event));
            await platform.poller.run({ until: START + 40 * MINUTE });
            expect(await countsOf(platform)).toEqual(EXPECTED);
          },
        ),
        runs(0.1, 8),
      );
    },
    timeout,
  );

  it('keep nothing of a person who is deleted but the counts', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const event of events) platform.collect(enveloped('web-events', event));
    platform.collect(enveloped('logins', logIn(1, START - 90 * MINUTE)));
    await platform.poller.run({ until: START + 10 * MINUTE });
    const seen = async (): Promise<string[]> =>
      (await findIn(platform, [ecidOf(1), 'RB-1'])).filter((found) => found.startsWith('what was seen'));
    expect(await seen()).not.toEqual([]);
    await platform.schedules.erasePerson({ requestId: 'r', identity: 'CRMID:RB-1', reason: 'asked' });
    await platform.erased();
    expect(await seen()).toEqual([]);
    expect(await countsOf(platform)).toEqual(EXPECTED);
  });
});
