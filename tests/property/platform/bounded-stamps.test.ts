import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, enveloped, exampleCatalog, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();
const TIERS = ['none', 'bronze', 'silver', 'gold'] as const;

const customer = (tier: string, updatedAt: number): object => ({
  _riverbend: { crmId: 'RB-1' },
  loyalty: { tier },
  extSourceSystemAudit: { lastUpdatedDate: iso(updatedAt) },
});

describe('a stamp that lies ahead', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });
  const platformNow = (): Platform => createPlatform({ wiring, catalog, start: START });
  const tierOn = async ({ stores }: Platform): Promise<unknown> =>
    ((await allProfiles(stores.profiles)) as { view: { loyalty?: { tier: string } } }[])[0]?.view.loyalty?.tier;
  async function boundedOn({ stores }: Platform): Promise<number> {
    const all = [
      ...(await Array.fromAsync(stores.operations.batches())),
      ...(await Array.fromAsync(stores.counts.streams())),
    ];
    return all.reduce((sum, { counts }) => sum + (counts.timestampsBounded ?? 0), 0);
  }

  it('by more than a day counts as of its arrival: what is corrected later holds, by stream and by batch', async () => {
    for (const method of ['stream', 'batch']) {
      const platform = platformNow();
      const send = async (tier: string, updatedAt: number, at: number): Promise<void> => {
        platform.poller.clock.advanceTo(at);
        if (method === 'stream') platform.collect(enveloped('customers', customer(tier, updatedAt)));
        else {
          const file = `crmId,tier,updatedAt\nRB-1,${tier},${iso(updatedAt)}\n`;
          await platform.upload(`landing/customers/${tier}.csv`, file);
        }
        await platform.poller.run({ until: at + 10 * MINUTE });
      };
      await send('gold', Date.parse('2099-01-01T00:00:00Z'), START);
      expect(await tierOn(platform)).toBe('gold');
      await send('silver', START + 30 * MINUTE, START + HOUR);
      expect(await tierOn(platform), method).toBe('silver');
      expect(await boundedOn(platform), method).toBe(1);
    }
  });

  it('by more than a day makes an event one of its arrival, which segments see as such', async () => {
    const platform = platformNow();
    platform.collect(enveloped('logins', logIn(1, START - HOUR)));
    platform.collect(enveloped('web-events', addToCart(1, START + 400 * DAY)));
    await platform.poller.run({ until: START + HOUR });
    expect((await deliveredTo(platform)).webhook).toContain('crmid:RB-1 cart-abandoners');
    // It leaves the window of seven days as one of its arrival does.
    platform.poller.clock.advanceTo(START + 8 * DAY);
    await platform.schedules.evaluateBatch();
    await platform.poller.run({ until: START + 8 * DAY + HOUR });
    expect((await deliveredTo(platform)).webhook).not.toContain('crmid:RB-1 cart-abandoners');
  });

  it('of the same record is the same record when it is sent again later', async () => {
    const platform = platformNow();
    const far = enveloped('customers', customer('gold', START + 400 * DAY));
    platform.collect(far);
    await platform.poller.run({ until: START + HOUR });
    platform.poller.clock.advanceTo(START + 2 * HOUR);
    platform.collect(far);
    await platform.poller.run();
    const [stream] = await Array.fromAsync(platform.stores.counts.streams());
    expect(stream!.counts).toMatchObject({ accepted: 1, duplicate: 1, timestampsBounded: 1 });
  });

  it('by a day or less is taken as it is', () => {
    const dataset = catalog.datasets.get('customers')!;
    const metadata = { receivedAt: START, tieBreaker: '', ingestionId: '' };
    for (const ahead of [-DAY, 0, HOUR, DAY, DAY + 1, 400 * DAY]) {
      const result = acceptRecord(customer('gold', START + ahead), dataset, metadata);
      const { record } = result as Extract<typeof result, { record: object }>;
      expect(record.time).toBe(ahead > DAY ? START : START + ahead);
      expect(record.isBounded).toBe(ahead > DAY ? true : undefined);
    }
  });

  it('of any of several records leaves the same, in whatever order they are sent', { timeout }, async () => {
    const sent = fc.record({
      tier: fc.constantFrom(...TIERS),
      // Before, a little ahead, and far ahead.
      ahead: fc.oneof(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 3_000, max: 900_000 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), async (all) => {
        const outcomes = new Set<unknown>();
        for (const order of [all, all.toReversed()]) {
          const platform = platformNow();
          // All of one arrival: what is ahead of it is of it, and the others are what they say.
          for (const { tier, ahead } of order) {
            platform.collect(enveloped('customers', customer(tier, START + ahead * MINUTE)), 'one producer');
          }
          await platform.poller.run();
          const real = all.filter(({ ahead }) => ahead <= 24 * 60);
          const latest = Math.max(...real.map(({ ahead }) => ahead), Number.NEGATIVE_INFINITY);
          const isTie = real.filter(({ ahead }) => ahead === latest).length > 1;
          const far = all.filter(({ ahead }) => ahead > 24 * 60);
          if (!isTie && (far.length === 0 || latest > 1)) {
            expect(await tierOn(platform)).toBe(real.find(({ ahead }) => ahead === latest)!.tier);
            outcomes.add(await tierOn(platform));
          }
        }
        expect(outcomes.size).toBeLessThan(2);
      }),
      runs(0.1, 20),
    );
  });
});
