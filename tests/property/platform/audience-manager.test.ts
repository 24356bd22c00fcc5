import { beforeAll, describe, expect, it } from 'vitest';
import type { AamDestination } from '#core/activation/destinations/aam/definition.ts';
import type { SharedSince } from '#core/activation/destinations/aam/first-use.ts';
import { pendingPrefix } from '#core/activation/files/keys.ts';
import { readPendingPart } from '#core/activation/files/pending.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const TEN = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SEGMENT = 'cart-abandoners';

/** Audience Manager in virtual time: the functions as they are, as a production stage wires them. */
describe('Audience Manager', () => {
  let example: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    example = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  const platformWith = (change: Partial<AamDestination> = {}, sharedSince: SharedSince = {}): Platform => {
    const destination = { ...example.destinations.get('audience-manager'), ...change } as AamDestination;
    const destinations = new Map([...example.destinations, [destination.id, destination]]);
    return createPlatform({ wiring, catalog: { ...example, destinations, sharedSince }, start: TEN });
  };

  const at = async (platform: Platform, instant: number, ...messages: readonly string[]): Promise<void> => {
    platform.poller.clock.advanceTo(instant);
    for (const message of messages) platform.collect(message);
    await platform.poller.run({ until: instant + HOUR / 2 });
  };
  const seen = (n: number, when: number, region?: string): string => enveloped('regions', seenIn(n, when, region));
  const cart = (n: number, when: number): string => enveloped('web-events', addToCart(n, when));

  const login = (n: number, when: number): string => enveloped('logins', logIn(n, when));

  /** `device@region host signal segment`, as the collection servers were told. */
  const lastRouted = ({ requests }: Platform): string[] =>
    requests
      .filter(({ request }) => request.url.endsWith('/event'))
      .flatMap(({ request }) => {
        const form = new URLSearchParams(request.body);
        const signals = [...form].filter(([key]) => key.startsWith('c_'));
        return signals.map(([key, id]) => `${form.get('d_mid')} ${new URL(request.url).host} ${key} ${id}`);
      });
  const byEdge = (n: number, signal = 'c_segID', segment = SEGMENT): string =>
    `${ecidOf(n)} use.demdex.net ${signal} ${segment}`;

  /** `device status segment`, as it waits for the files of the hub. */
  const waiting = async ({ stores }: Platform): Promise<string[]> => {
    const rows: string[] = [];
    for await (const key of stores.exports.list(pendingPrefix('audience-manager.hub'))) {
      for (const { identities, changes } of readPendingPart(new TextDecoder().decode(await stores.exports.get(key)))) {
        for (const { value } of identities) {
          for (const { status, segmentId, existing } of changes)
            rows.push(`${value} ${existing ? 'existing' : status} ${segmentId}`);
        }
      }
    }
    return rows.sort();
  };
  const excluded = async ({ stores }: Platform, reason: string): Promise<string[]> => {
    const memberships: string[] = [];
    for await (const { destinations } of stores.deliveryStates.scan()) {
      memberships.push(...(destinations['audience-manager']?.excluded[reason] ?? []));
    }
    return memberships.sort();
  };

  it('AAM-1, AAM-2: follows the region that an event was captured in, as it does a record of regions', async () => {
    const platform = platformWith();
    const captured = (n: number, captureTimestamp: string, dataCenterLocation = 'VA6'): string =>
      enveloped(
        'web-events',
        addToCart(n, TEN - HOUR, { userActivityRegion: { dataCenterLocation, captureTimestamp } }),
      );
    const ago = (time: number): string => new Date(TEN - time).toISOString();
    await at(
      platform,
      TEN,
      captured(1, ago(14 * DAY - HOUR)),
      captured(2, ago(14 * DAY + HOUR)),
      captured(3, ago(-HOUR)),
      captured(4, 'yesterday'),
      captured(5, ago(DAY), 'XYZ1'),
    );
    expect(lastRouted(platform)).toEqual([byEdge(1)]);
    expect(await waiting(platform)).toEqual([2, 3, 4, 5].map((n) => `${ecidOf(n)} realized ${SEGMENT}`));
  });

  it('AAM-6: hears of a segment that is evaluated in batch as soon as the job has written it, at the edge', async () => {
    const id = 'interested-in-tents';
    const plans = new Map(example.segments.plans);
    plans.set(id, { ...plans.get(id)!, method: 'batch' });
    const streamed = example.segments.streamed.filter((each) => each !== id);
    const segments = { ...example.segments, plans, streamed };
    const segmentsByMergePolicy = new Map([[example.mergePolicy.id, segments]]);
    const platform = createPlatform({ wiring, catalog: { ...example, segments, segmentsByMergePolicy }, start: TEN });
    const view = {
      _id: 'view-1',
      timestamp: new Date(TEN - HOUR).toISOString(),
      identityMap: { ECID: [{ id: ecidOf(1), primary: true }] },
      web: { webPageDetails: { siteSection: 'tents' } },
      commerce: { productViews: { value: 1 } },
    };
    await at(platform, TEN, seen(1, TEN - DAY), enveloped('web-events', view));
    expect(lastRouted(platform)).toEqual([]);
    await platform.schedules.evaluateBatch();
    await at(platform, TEN + HOUR);
    expect(lastRouted(platform)).toEqual([byEdge(1, 'c_segID', id)]);
    expect(platform.requests.at(-1)!.at).toBeLessThan(TEN + HOUR + 60_000);
  });

  it('AAM-11: hears of nobody while a segment is set up; the next batch job after that tells of them, as existing', async () => {
    const platform = platformWith({ firstUseHours: 4 }, { 'audience-manager': { [SEGMENT]: TEN } });
    await at(platform, TEN + HOUR, seen(1, TEN), cart(1, TEN), cart(2, TEN));
    await at(platform, TEN + 2 * HOUR);
    await platform.schedules.evaluateBatch();
    await at(platform, TEN + 3 * HOUR);
    expect([lastRouted(platform), await waiting(platform)]).toEqual([[], []]);
    expect(await excluded(platform, 'firstUse')).toEqual([1, 2].map((n) => `ECID:${ecidOf(n)}|${SEGMENT}`));

    // After the period, but not from the batch job: those who waited go on waiting, new members do not.
    await at(platform, TEN + 4.5 * HOUR, login(1, TEN + HOUR), cart(3, TEN), seen(3, TEN));
    expect(lastRouted(platform)).toEqual([byEdge(3)]);

    await at(platform, TEN + 6 * HOUR);
    await platform.schedules.evaluateBatch();
    await at(platform, TEN + 7 * HOUR);
    expect(lastRouted(platform)).toEqual([byEdge(3), byEdge(1)]);
    expect(await waiting(platform)).toEqual([`${ecidOf(2)} existing ${SEGMENT}`]);
    expect(await excluded(platform, 'firstUse')).toEqual([]);

    await platform.schedules.evaluateBatch();
    await at(platform, TEN + 8 * HOUR);
    expect(lastRouted(platform)).toHaveLength(2);
  });

  it('AAM-11: waits with the news of other identities as well', async () => {
    const platform = platformWith({ firstUseHours: 4 }, { 'audience-manager': { [SEGMENT]: TEN } });
    await at(platform, TEN + HOUR, cart(1, TEN), seen(1, TEN));
    await at(platform, TEN + 2 * HOUR, login(1, TEN + HOUR));
    expect(lastRouted(platform)).toEqual([]);
    await at(platform, TEN + 5 * HOUR);
    await platform.schedules.evaluateBatch();
    await at(platform, TEN + 6 * HOUR);
    expect(lastRouted(platform)).toEqual([byEdge(1)]);
  });

  it('AAM-11: holds nobody where the destination says that there is no such period', async () => {
    const platform = platformWith({ firstUseHours: 0 }, { 'audience-manager': { [SEGMENT]: TEN } });
    await at(platform, TEN, seen(1, TEN - HOUR), cart(1, TEN - HOUR));
    expect(lastRouted(platform)).toEqual([byEdge(1)]);
  });

  it('AAM-14: hears of nobody in another sandbox than the default production one', async () => {
    const platform = platformWith({ sandbox: { name: 'dev', type: 'development', isDefault: false } });
    await at(platform, TEN, seen(1, TEN - HOUR), cart(1, TEN - HOUR), cart(2, TEN - HOUR));
    expect([lastRouted(platform), await waiting(platform)]).toEqual([[], []]);
    expect(await excluded(platform, 'sandbox')).toHaveLength(2);
  });

  it('AAM-15: hears of an exit the way it heard of the entry, whatever has become of the region', async () => {
    const platform = platformWith();
    // Fresh at the entry and stale at the exit; and the other way round.
    await at(platform, TEN, seen(1, TEN - 10 * DAY), cart(1, TEN - HOUR), cart(2, TEN - HOUR));
    expect(lastRouted(platform)).toEqual([byEdge(1)]);
    expect(await waiting(platform)).toEqual([`${ecidOf(2)} realized ${SEGMENT}`]);
    await at(platform, TEN + 6 * DAY, seen(2, TEN + 5 * DAY));

    await at(platform, TEN + 8 * DAY);
    await platform.schedules.reevaluateDue();
    await at(platform, TEN + 8 * DAY + HOUR);
    expect(lastRouted(platform)).toEqual([byEdge(1), byEdge(1, 'c_segID_exit')]);
    expect(await waiting(platform)).toEqual([`${ecidOf(2)} exited ${SEGMENT}`, `${ecidOf(2)} realized ${SEGMENT}`]);
  });
});
