import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { deliveryExplanationAsJson, printDeliveryExplanation } from '#cli/report/print-delivery-explanation.ts';
import { explainDelivery } from '#core/access/explain-delivery.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

describe('why somebody was or was not delivered', () => {
  let catalog: CompiledCatalog;
  let off: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    catalog = compileCatalog(definitions);
    const destinations = definitions.destinations.map((one) =>
      one.id === 'webhook' ? { ...one, enabled: false } : one,
    );
    off = compileCatalog({ ...definitions, destinations } as typeof definitions);
    wiring = readWiring(templatesOf('prod'));
  });

  const explained = (
    { stores, poller, catalog: active }: Platform,
    identity: string,
    destinationId: string,
    isHeld = false,
  ) => {
    const { access, route } = stageSettings(active);
    return explainDelivery(identity, active.destinations.get(destinationId)!, {
      ...stores,
      settings: access,
      route,
      now: poller.clock.now(),
      isHeld,
      errorsOf: async () => [],
    });
  };

  it('agrees with what was routed, for everybody and every destination, once nothing is in flight', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            kind: fc.constantFrom('cart', 'login', 'region'),
            n: fc.integer({ min: 1, max: 4 }),
            on: fc.nat({ max: 3 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (records) => {
          const platform = createPlatform({ wiring, catalog, start: START });
          for (const [index, { kind, n, on }] of records.entries()) {
            const at = START - (5 + on) * HOUR;
            if (kind === 'cart')
              platform.collect(enveloped('web-events', { ...addToCart(n, at), _id: `cart-${index}` }));
            else if (kind === 'region') platform.collect(enveloped('regions', seenIn(n, at)));
            else {
              const login = logIn(n, at) as { identityMap: { ECID: { id: string }[] } };
              login.identityMap.ECID[0]!.id = ecidOf(on + 1);
              platform.collect(enveloped('logins', { ...login, _id: `login-${index}` }));
            }
          }
          await platform.poller.run();
          await platform.schedules.evaluateBatch();
          await platform.poller.run();
          const { profiles, deliveryStates } = platform.stores;
          for await (const item of profiles.scan()) {
            const state = await deliveryStates.get(item.canonicalKey);
            const destinations = state && 'destinations' in state ? state.destinations : {};
            for (const profile of profilesOf(item, stageSettings(catalog).route)) {
              for (const destination of catalog.destinations.values()) {
                const { audiences, profile: called } = (await explained(
                  platform,
                  profile.identities.at(-1)!,
                  destination.id,
                ))!;
                expect(called).toBe(profile.key);
                for (const { segmentId, outcome, reasons, routed, membership } of audiences) {
                  const { lastRouted = {}, excluded = {} } = destinations[destination.id] ?? {};
                  const there = routed.filter(({ status }) => status === 'realized');
                  // Nothing waits to be done.
                  expect(['routed', 'excluded', 'notMember', 'removed'], segmentId).toContain(outcome);
                  expect(there.length > 0).toBe(outcome === 'routed');
                  for (const { identity } of there) expect(lastRouted[identity]?.[segmentId]?.status).toBe('realized');
                  expect(membership?.status === 'realized').toBe(outcome === 'routed' || outcome === 'excluded');
                  if (outcome === 'excluded')
                    expect(reasons.some((reason) => excluded[reason]?.includes(`${profile.key}|${segmentId}`))).toBe(
                      true,
                    );
                }
              }
            }
          }
        },
      ),
      runs(0.2, 8),
    );
  });

  it('says what keeps somebody out, and shows it', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    platform.collect(enveloped('web-events', addToCart(1, START - 5 * HOUR)));
    await platform.poller.run();
    const device = `ECID:${ecidOf(1)}`;
    const webhook = (await explained(platform, device, 'webhook'))!;
    expect(webhook).toMatchObject({ state: 'on', optedOut: false, acceptedIdentities: [], unsent: 0, errors: [] });
    const cart = webhook.audiences.find(({ segmentId }) => segmentId === 'cart-abandoners');
    expect(cart).toMatchObject({
      outcome: 'excluded',
      reasons: ['noAcceptedIdentity'],
      membership: { status: 'realized' },
    });
    expect(printDeliveryExplanation(webhook)).toMatch(
      /accepts none of the identities[\s\S]*cart-abandoners .*excluded +noAcceptedIdentity/,
    );

    // Whoever logs in has an identity that the webhook accepts.
    platform.collect(enveloped('logins', logIn(1, START - HOUR)));
    await platform.poller.run();
    const known = (await explained(platform, 'CRMID:RB-1', 'webhook', true))!;
    expect(known.acceptedIdentities).toEqual(['CRMID:RB-1']);
    expect(known.audiences.find(({ segmentId }) => segmentId === 'cart-abandoners')).toMatchObject({
      outcome: 'routed',
      reasons: [],
      routed: [{ identity: 'CRMID:RB-1', status: 'realized' }],
    });
    expect(printDeliveryExplanation(known)).toContain('its guard holds back');
    expect(JSON.stringify(deliveryExplanationAsJson(known))).toContain('"since":"2026-');

    platform.apply(off);
    const disabled = (await explained(platform, 'CRMID:RB-1', 'webhook'))!;
    expect(disabled.state).toBe('off');
    expect(disabled.audiences.find(({ segmentId }) => segmentId === 'cart-abandoners')).toMatchObject({
      outcome: 'toRemove',
      reasons: ['disabled'],
    });
    expect(await explained(platform, 'CRMID:RB-9', 'webhook')).toBeUndefined();
  });
});
