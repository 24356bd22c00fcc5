import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { route } from '#core/activation/route.ts';
import { stillHolds } from '#core/activation/superseded.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, folded, NOW, platform, record, untilDone } from './world.ts';

const DESTINATIONS = [
  { id: 'webhook', type: 'http' as const, url: 'https://hooks.example.com', attributes: [], ...activated },
  { id: 'aam', type: 'aam' as const, edgeEndpoint: 'https://{host}', firstUseHours: 0, ...activated },
];

describe('somebody who is deleted', () => {
  it('is taken back everywhere, is forgotten, and is not brought back by what was tried again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async (records) => {
        const run = platform(
          () => 'none',
          () => DESTINATIONS,
        );
        await run.stitch(records);
        await untilDone([...run.profiles.changed], run.evaluate);
        await untilDone([...run.memberships.changed], (canonicalKey) => run.route(canonicalKey));
        const before = run.sent.map(({ delivery }) => delivery);

        // The profile items are gone; what is left is routed once more.
        const canonicalKeys = (await Array.fromAsync(run.memberships.scan())).map(({ canonicalKey }) => canonicalKey);
        for (const canonicalKey of canonicalKeys) {
          await route(canonicalKey, {
            profiles: { lookup: async () => new Map(), write: run.profiles.write, scan: run.profiles.scan },
            memberships: run.memberships,
            deliveryStates: run.deliveryStates,
            outbox: { send: async (deliveries) => void run.sent.push(...deliveries) },
            settings: { ...profileSettings, destinations: new Map(DESTINATIONS.map((one) => [one.id, one])) },
            now: () => NOW,
            backoff: async () => {},
          });
        }
        for (const { id } of DESTINATIONS) expect(folded(run.sent, id)).toEqual([]);
        for await (const deliveryState of run.deliveryStates.scan()) {
          if (canonicalKeys.includes(deliveryState.canonicalKey))
            expect(deliveryState).toMatchObject({ destinations: {}, pending: [] });
        }
        const lastRouted = before.filter((delivery): delivery is ProfileDelivery => delivery.kind === 'profile');
        for (const delivery of lastRouted) {
          if (isRedirect(await run.deliveryStates.get(delivery.canonicalKey))) continue;
          const { delivery: held } = await stillHolds(delivery, run.deliveryStates);
          expect(held?.changes.filter(({ status }) => status === 'realized') ?? []).toEqual([]);
        }
      }),
      runs(0.5, 100),
    );
  });
});
