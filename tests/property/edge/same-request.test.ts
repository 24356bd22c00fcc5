import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { customPersonalization } from '#core/activation/edge-destinations/custom-personalization.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { encodeIdentityCookie } from '#core/edge/identity-cookie.ts';
import { activityDefinition } from '#core/personalisation/definition.ts';
import { loadItems } from '#core/profile/load.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { COOKIE, type EdgeRequestOf, edgeFunction } from '#tests/harness/edge/edge-function.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesWithEdgeProfiles } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const EDGE_SEGMENTS = ['gold-and-silver', 'interested-in-tents', 'several-devices'];

/** What people of a few customers have done on a few devices before. */
const record = fc.oneof(
  fc.record({
    kind: fc.constant('login' as const),
    device: fc.integer({ min: 1, max: 3 }),
    customer: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ kind: fc.constant('cart' as const), device: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('tents' as const), device: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('tier' as const),
    customer: fc.integer({ min: 1, max: 2 }),
    tier: fc.constantFrom('gold', 'bronze'),
    optOut: fc.boolean(),
  }),
);
type Doing = typeof record extends fc.Arbitrary<infer T> ? T : never;

const tents = { productViews: { value: 1 } };
const view = (siteSection: string) => ({ commerce: tents, web: { webPageDetails: { siteSection } } });

function messageOf(doing: Doing, n: number): string {
  const at = START - 60_000 + n * 1_000;
  switch (doing.kind) {
    case 'login': {
      const login = logIn(doing.device, at) as { identityMap: { CRMID: { id: string }[] } };
      login.identityMap.CRMID[0]!.id = `RB-${doing.customer}`;
      return enveloped('logins', { ...login, _id: `login-${n}` });
    }
    case 'cart':
      return enveloped('web-events', addToCart(doing.device, at, { _id: `cart-${n}` }));
    case 'tents':
      return enveloped(
        'web-events',
        addToCart(doing.device, at, { _id: `view-${n}`, eventType: 'view', ...view('tents') }),
      );
    case 'tier':
      return enveloped('customers', {
        _riverbend: { crmId: `RB-${doing.customer}` },
        loyalty: { tier: doing.tier },
        ...(doing.optOut && { privacyOptOuts: { general_opt_out: 'out' } }),
        extSourceSystemAudit: { lastUpdatedDate: new Date(at).toISOString() },
      });
  }
}

describe('what the edge answers within a request', () => {
  let catalog: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    // An activity for each edge segment: what is shown says who is in it.
    const activities = EDGE_SEGMENTS.map((id) =>
      activityDefinition.parse({
        id,
        name: id,
        audience: id,
        scopes: [id],
        experiences: [{ id: 'one', items: [{ type: 'json', content: { id } }] }],
      }),
    );
    const definition = { id: 'told', type: 'custom-personalization', segments: EDGE_SEGMENTS };
    const edgeDestinations = [customPersonalization.definition.parse(definition)];
    catalog = { ...(await exampleDefinitions()), activities, edgeDestinations };
    wiring = readWiring(templatesWithEdgeProfiles());
  });

  /** The segments that somebody is in, as streaming has left it. */
  async function membersOf(platform: Platform, ecid: string): Promise<string[]> {
    const key = `ECID:${ecid}`;
    const [item] = (await loadItems([key], platform.stores.profiles)).items;
    const stored = item && (await platform.stores.memberships.get(item.canonicalKey));
    if (!stored || isRedirect(stored)) return [];
    const { evaluation } = stageSettings(platform.catalog);
    const profile = profilesOf(item, evaluation).find(({ identities }) => identities.includes(key));
    const held = Object.entries(stored.profiles[profile!.key]?.segments ?? {});
    return held.flatMap(([id, { status }]) => (status === 'realized' ? [id] : [])).sort();
  }

  it('is what streaming makes of the same event, whatever has happened before, from the tables and from copies', async () => {
    const seen = { in: 0, out: 0 };
    const histories = fc.array(record, { maxLength: 10 });
    const caller = fc.integer({ min: 1, max: 4 });
    const section = fc.constantFrom('tents', 'boots');
    await fc.assert(
      fc.asyncProperty(histories, caller, section, async (history, device, siteSection) => {
        const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: START });
        for (const [n, doing] of history.entries()) platform.collect(messageOf(doing, n));
        await platform.poller.run();
        const reads: string[] = [];
        const { profiles, memberships, edgeProfiles } = platform.stores;
        const tables = {
          profiles: {
            lookup: (keys: readonly string[]) => profiles.lookup(keys).finally(() => reads.push('profiles')),
          },
          memberships: { get: (key: string) => memberships.get(key).finally(() => reads.push('memberships')) },
        };
        const now = platform.poller.clock.now;
        const edge = edgeFunction(catalog, { now, stores: tables });
        const copies = {
          lookup: (keys: readonly string[]) => edgeProfiles.lookup(keys).finally(() => reads.push('copies')),
        };
        const fromCopies = edgeFunction(catalog, { now, stores: { ...tables, copies } });
        const ecid = ecidOf(device);
        const cookie = encodeIdentityCookie({
          ecid,
          createdAt: START,
          handedOutAt: START,
          source: 'random',
          region: 'IRL1',
        });
        const request: EdgeRequestOf = {
          query: { configId: 'shop-web', requestId: '0fb939d2-d32c-4fdd-8695-c9c0b99305ef' },
          body: {
            events: [
              {
                xdm: { eventType: 'view', ...view(siteSection) },
                query: { personalization: { decisionScopes: EDGE_SEGMENTS } },
              },
            ],
            meta: { state: { domain: '', entries: [{ key: COOKIE('identity'), value: cookie }] } },
          },
        };
        const reply = await edge.call(request);
        // Two reads one after the other: the second one is of two things at the same time; more where items were merged.
        expect(reads.length).toBeLessThanOrEqual(history.length > 3 ? 5 : 3);
        reads.length = 0;
        expect((await fromCopies.call(request)).body).toEqual(reply.body);
        expect(reads.length).toBeLessThanOrEqual(2);
        expect(reads).not.toContain('profiles');
        const answered = reply
          .payloads('personalization:decisions')
          .map(({ scope }) => scope)
          .sort();
        const pulled = reply
          .payloads('activation:pull')
          .flatMap(({ segments }) => segments.map(({ id }: { id: string }) => id))
          .sort();
        expect(reply.status).toBe(200);
        for (const { key, data } of edge.stream) platform.collect(Buffer.from(data).toString('utf8'), key);
        await platform.poller.run();
        const streamed = (await membersOf(platform, ecid)).filter((id) => EDGE_SEGMENTS.includes(id));
        expect(answered).toEqual(streamed);
        expect(pulled).toEqual(streamed);
        seen.in += answered.length;
        seen.out += EDGE_SEGMENTS.length - answered.length;
      }),
      runs(0.3, 30),
    );
    expect(seen.in).toBeGreaterThan(10);
    expect(seen.out).toBeGreaterThan(10);
  }, 120_000);
});
