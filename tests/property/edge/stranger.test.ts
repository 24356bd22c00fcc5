import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { customPersonalization } from '#core/activation/edge-destinations/custom-personalization.ts';
import { edgeUrl } from '#core/activation/edge-destinations/edge-url.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import {
  type EdgeReply,
  type EdgeRequestOf,
  edgeFunction,
  firstPageView,
  keeping,
} from '#tests/harness/edge/edge-function.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const STRANGER = { crmId: 'RB-1', ecid: ecidOf(1) };
const NAMES = new RegExp(`${STRANGER.crmId}|${STRANGER.ecid}`);

const GOLD_SEGMENT = 'gold-and-silver';
const GOLD = {
  _riverbend: { crmId: STRANGER.crmId },
  loyalty: { tier: 'gold' },
  extSourceSystemAudit: { lastUpdatedDate: new Date(START - 70_000).toISOString() },
};

/** What a page may claim about a stranger whose identities it knows. */
const claim = fc.constantFrom<object>(
  { identityMap: { CRMID: [{ id: STRANGER.crmId, authenticatedState: 'authenticated', primary: true }] } },
  { 'identityMap.CRMID': [{ id: STRANGER.crmId, primary: true }] },
  { identityMap: { CRMID: [{ id: STRANGER.crmId }], Email: [{ id: 'ada1@example.com' }] } },
  { eventType: 'userAccount.login', identityMap: { CRMID: [{ id: STRANGER.crmId }] } },
);
interface Action {
  readonly claim: object;
  readonly path: string;
  readonly at: 'event' | 'top';
  readonly bought: boolean;
}
const action: fc.Arbitrary<Action> = fc.record({
  claim,
  path: fc.constantFrom(
    '/ee/v1/interact',
    '/ee/irl1/v1/interact',
    '/ee/v1/collect',
    '/ee/v1/privacy/set-consent',
    '/ee/v2/interact',
  ),
  at: fc.constantFrom('event' as const, 'top' as const),
  bought: fc.boolean(),
});

/** E16 of the edge: the stranger is as if nobody had claimed anything, and the page is told nothing of them. */
describe('a page that claims to be a stranger', () => {
  let catalog: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const control = { control: 0 };
    const { activities = [], ...definitions } = await exampleDefinitions();
    // Nobody is in a control group: who is in the audience is shown something.
    const of = { segments: [GOLD_SEGMENT] };
    const attributes = { attributes: { tier: 'loyalty.tier' } };
    const edgeDestinations = [
      customPersonalization.definition.parse({ id: 'told', type: 'custom-personalization', ...of, ...attributes }),
      edgeUrl.definition.parse({
        id: 'pixel',
        type: 'edge-url',
        ...of,
        urls: { [GOLD_SEGMENT]: 'https://ads.example/p' },
      }),
    ];
    catalog = { ...definitions, edgeDestinations, activities: activities.map((one) => ({ ...one, ...control })) };
    wiring = readWiring(templatesOf('prod'));
  });

  /** The stranger's own doings, and whatever comes between them. */
  async function world(between: (platform: Platform) => Promise<void>) {
    const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: START });
    platform.collect(enveloped('logins', logIn(1, START - 60_000)));
    platform.collect(enveloped('web-events', addToCart(1, START - 50_000)));
    platform.collect(enveloped('customers', GOLD));
    await platform.poller.run();
    await between(platform);
    platform.collect(enveloped('web-events', addToCart(1, START - 40_000, { _id: 'cart-later' })));
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});
    return platform;
  }

  async function strangerIn(platform: Platform) {
    const profiles = await allProfiles(platform.stores.profiles, stageSettings(platform.catalog).evaluation);
    const own = profiles.filter((one) =>
      (one as { identities: string[] }).identities.includes(`CRMID:${STRANGER.crmId}`),
    );
    const keys = [`CRMID:${STRANGER.crmId}`, `ECID:${STRANGER.ecid}`];
    const timeline = [];
    for (const key of keys) for await (const entry of platform.stores.timeline.read(key)) timeline.push(entry.id);
    return {
      profiles: own,
      timeline: timeline.sort(),
      memberships: await Promise.all(keys.map((key) => platform.stores.memberships.get(key))),
      delivered: platform.requests.map(({ request }) => JSON.stringify(request)).filter((text) => NAMES.test(text)),
    };
  }

  it('leaves graph, timeline, audiences and destinations of the stranger as they are, and hears nothing of them', async () => {
    const untouched = await strangerIn(await world(async () => {}));
    expect(untouched).toMatchObject({ profiles: [{ identities: [expect.any(String), expect.any(String)] }] });
    expect(untouched.timeline).toHaveLength(4);
    expect(JSON.stringify(untouched.memberships)).toContain(GOLD_SEGMENT);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 6 }), async (actions) => {
        const replies: EdgeReply[] = [];
        let [own, done, stream] = ['', 0, 0];
        const platform = await world(async ({ collect, poller, stores }) => {
          const edge = edgeFunction(catalog, { now: () => START, stores });
          replies.push(await edge.call({ body: firstPageView() }));
          own = replies[0]!.payloads('identity:result')[0].id;
          const pass = async () => {
            for (const { key, data } of edge.stream.slice(stream)) collect(Buffer.from(data).toString('utf8'), key);
            stream = edge.stream.length;
            await poller.run();
          };
          for (const one of actions) {
            replies.push(await edge.call(requestOf(one, replies[0]!)));
            await pass();
          }
          const ask = { query: { personalization: { decisionScopes: ['__view__'] } } };
          for (let n = 0; n < 5; n++) {
            const again = { events: [{ xdm: { eventType: 'view' }, ...ask }], ...keeping(replies[0]!) };
            replies.push(await edge.call({ body: again }));
          }
          await pass();
          done = new Set(edge.records().map(({ entity }) => JSON.stringify(entity))).size;
        });
        expect(await strangerIn(platform)).toEqual(untouched);
        expect(await platform.quarantined()).toEqual([]);
        for (const { body } of replies) expect(JSON.stringify(body ?? '')).not.toMatch(NAMES);
        // The stranger is gold, and is shown the banner of members on a device of their own.
        const asked = { events: [{ query: { personalization: { decisionScopes: ['__view__'] } } }] };
        const known = { xdm: { identityMap: { ECID: [{ id: STRANGER.ecid }] } } };
        const theirs = await edgeFunction(catalog, { now: () => START, stores: platform.stores }).call({
          body: { ...asked, ...known },
        });
        expect(theirs.payloads('personalization:decisions')).toHaveLength(1);
        expect(theirs.payloads('activation:pull')).toMatchObject([{ segments: [{ id: GOLD_SEGMENT }] }]);
        expect(theirs.payloads('activation:push')).toHaveLength(1);
        expect(JSON.stringify(theirs.body)).not.toContain('attributes');
        for (const reply of replies) {
          expect(reply.payloads('personalization:decisions')).toEqual([]);
          expect(reply.payloads('activation:pull').flatMap(({ segments }) => segments)).toEqual([]);
          expect(reply.payloads('activation:push')).toEqual([]);
          expect(JSON.stringify(reply.body)).not.toContain('attributes');
        }
        // What the page did is its device's own.
        const device = await Array.fromAsync(platform.stores.timeline.read(`ECID:${own}`));
        expect(device).toHaveLength(done);
      }),
      runs(0.1, 12),
    );
  }, 120_000);

  /** A call of the page's, in one of the ways in which a claim may come along. */
  function requestOf({ claim: xdm, path, at, bought }: Action, first: EdgeReply): EdgeRequestOf {
    const eventType = bought ? { eventType: 'commerce.purchases', commerce: { purchases: { value: 1 } } } : {};
    const event = { xdm: { ...eventType, ...(at === 'event' && xdm) } };
    const query = path.includes('/v2/') ? { datastreamId: 'shop-web' } : { configId: 'shop-web' };
    const consent = [{ standard: 'Adobe', version: '2.0', value: { collect: { val: 'y' } } }];
    const top = at === 'top' && 'identityMap' in xdm ? { identityMap: xdm.identityMap, xdm } : {};
    return { path, query, body: { events: [event], event, consent, ...keeping(first), ...top } };
  }
});
