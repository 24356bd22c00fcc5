import { beforeEach, describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { routeAnew } from '#core/activation/reroute.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { activated, DAY, NOW, platform, untilDone } from './world.ts';

const WEBHOOK: DestinationDefinition = {
  id: 'webhook',
  type: 'http',
  url: 'https://hooks.example.com',
  attributes: ['loyalty'],
  ...activated,
};
const OTHER: DestinationDefinition = { ...WEBHOOK, id: 'other' };
/** They take customers only, and are not concerned when a device joins. */
const OF_CUSTOMERS = [WEBHOOK, OTHER].map((one): DestinationDefinition => ({ ...one, identities: ['CRMID'] }) as never);

describe('an order to route identities anew', () => {
  let run: ReturnType<typeof platform>;
  let destinations: readonly DestinationDefinition[];
  let evaluated = 0;
  let routed = 0;
  beforeEach(() => {
    run = platform(
      () => 'none',
      () => destinations,
    );
    destinations = [WEBHOOK, OTHER];
    [evaluated, routed] = [0, 0];
  });

  const evaluate = async (): Promise<void> => {
    await untilDone(run.profiles.changed.slice(evaluated), run.evaluate);
    evaluated = run.profiles.changed.length;
  };
  const route = async (): Promise<void> => {
    await untilDone(run.memberships.changed.slice(routed), (canonicalKey) => run.route(canonicalKey));
    routed = run.memberships.changed.length;
  };
  const order = (canonicalKey: string, identities: string[], deliveryStates = run.deliveryStates): Promise<unknown> =>
    routeAnew(
      { canonicalKey, destinationId: 'webhook', identities },
      {
        ...run,
        deliveryStates,
        outbox: { send: async (deliveries) => void run.sent.push(...deliveries) },
        settings: { ...profileSettings, destinations: new Map(destinations.map((one) => [one.id, one])) },
        now: () => NOW,
        backoff: async () => {},
      },
    );
  /** `identity segment status`, of what was sent to whom since. */
  const sentSince = (before: number): string[] =>
    run.sent
      .slice(before)
      .flatMap(({ laneId, delivery }) =>
        delivery.kind === 'profile'
          ? delivery.identities.flatMap(({ namespace, value }) =>
              delivery.changes.map((change) => `${laneId} ${namespace}:${value} ${change.segmentId} ${change.status}`),
            )
          : [],
      );

  it('has one destination told what holds, members and those who left, and no other', async () => {
    await run.stitch([attributes(NOW - 2 * DAY, 'CRMID:ann', { loyalty: 'gold' })]);
    await evaluate();
    await route();
    await run.stitch([attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'none' })]);
    await evaluate();
    await route();
    const before = run.sent.length;
    await order('CRMID:ann', ['CRMID:ann']);
    expect(sentSince(before).sort()).toEqual(['webhook CRMID:ann gold exited', 'webhook CRMID:ann known realized']);
    await order('CRMID:ann', ['CRMID:nobody']);
    expect(run.sent.length).toBe(before + 1);
  });

  it('follows the item into the one that took it in', async () => {
    await run.stitch([event(NOW - DAY, [ecid(1)])]);
    await run.stitch([attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'gold' })]);
    await evaluate();
    await route();
    await run.stitch([event(NOW - DAY / 2, ['CRMID:ann', ecid(1)])]);
    await evaluate();
    await route();
    const before = run.sent.length;
    const mergedIn = ['CRMID:ann', ecid(1)];
    for (const canonicalKey of mergedIn) await order(canonicalKey, [ecid(1)]);
    const sent = sentSince(before);
    expect(sent).toContain(`webhook ${ecid(1)} anonymous exited`);
    expect(sent).toContain(`webhook ${ecid(1)} known realized`);
    expect(sent.filter((one) => one.endsWith('known realized') && one.includes(ecid(1)))).toHaveLength(2);
  });

  it('follows it also where it is taken in at that very moment', async () => {
    await run.stitch([event(NOW - DAY, [ecid(1)])]);
    await run.stitch([attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'gold' })]);
    await evaluate();
    await route();
    const before = run.sent.length;
    await run.stitch([event(NOW - DAY / 2, ['CRMID:ann', ecid(1)])]);
    const [item] = await Array.fromAsync(run.profiles.scan());
    const mergedIn = item!.mergedIn[0]!;
    let isJoined = false;
    const get: typeof run.deliveryStates.get = async (canonicalKey) => {
      const stored = await run.deliveryStates.get(canonicalKey);
      if (!isJoined) {
        isJoined = true;
        await evaluate();
        await route();
      }
      return stored;
    };
    const write: typeof run.deliveryStates.write = (...args) => run.deliveryStates.write(...args);
    await order(mergedIn, [mergedIn], Object.assign(Object.create(run.deliveryStates), { get, write }));
    const known = sentSince(before).filter((one) => one.startsWith(`webhook ${mergedIn} known`));
    expect(known.map((one) => one.split(' ').at(-1))).toEqual(['realized', 'realized']);
  });

  it('is kept where profiles are joined and memberships are not yet, and carried out when they are', async () => {
    destinations = OF_CUSTOMERS;
    await run.stitch([event(NOW - DAY, [ecid(1)])]);
    await run.stitch([attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'gold' })]);
    await evaluate();
    await route();
    await run.stitch([event(NOW - DAY / 2, ['CRMID:ann', ecid(1)])]);
    const before = run.sent.length;
    await order('CRMID:ann', ['CRMID:ann']);
    expect(sentSince(before)).toEqual([]);
    await evaluate();
    await route();
    expect(sentSince(before)).toContain('webhook CRMID:ann gold realized');
    expect(sentSince(before)).not.toContain('other CRMID:ann gold realized');
  });
});
