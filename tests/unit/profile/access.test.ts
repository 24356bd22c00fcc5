import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessSettings, EntitiesRequest } from '#core/access/access.ts';
import type { EventPage } from '#core/access/events.ts';
import { type EntitiesAnswer, getEntities } from '#core/access/get-entities.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, ecid, event, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;

const policy = (id: string, type: 'pdg' | 'none', order?: string[]) => ({
  id,
  default: false,
  identityGraph: { type },
  attributeMerge: order ? { type: 'dataSetPrecedence' as const, order } : { type: 'timestampOrdered' as const },
});
const POLICIES = [policy('default', 'pdg'), policy('apart', 'none'), policy('crm-first', 'pdg', ['customers'])];

/** Under stitching none a device is a member by itself. */
const OWN_OF_DEVICE = { lastQualificationTime: new Date(NOW).toISOString(), status: 'realized' };

const rules = (change: Partial<AccessSettings> = {}): AccessSettings => ({
  links: linkingRules(),
  mergePolicy: POLICIES[0]!,
  policies: [
    { mergePolicy: POLICIES[0]!, segments: new Set(['gold', 'silver', 'bronze']) },
    { mergePolicy: POLICIES[1]!, segments: new Set(['device']) },
  ],
  policyOf: (id) => POLICIES.find((one) => one.id === id),
  namespaceOf: (text) =>
    ({ ecid: 'ECID', crmid: 'CRMID', email: 'Email', 'https://data.adobe.io/entities/namespace/4': 'ECID' })[
      text.toLowerCase()
    ],
  labelledFields: new Map(),
  normalForms: compileNormalForms(namespaceRegistry([])),
  expiryOf: () => undefined,
  ...change,
});

const idIn = (key: string): string => key.slice(key.indexOf(':') + 1);
const profileRequest = (change: Partial<EntitiesRequest> = {}): EntitiesRequest => ({
  schema: '_xdm.context.profile',
  identities: [{ entityId: idIn(ecid(1)), namespace: 'ECID' }],
  limit: 1_000,
  orderby: 'timestamp',
  properties: [],
  ...change,
});
const eventsRequest = (change: Partial<EntitiesRequest> = {}): EntitiesRequest =>
  profileRequest({ schema: '_xdm.context.experienceevent', ...change });

describe('access to profiles', () => {
  const stores = () => ({
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
  });
  let at = stores();
  const take = (...records: Parameters<typeof stitch>[0]) =>
    stitch(records, { ...at, settings: foldSettings(), backoff: async () => {} });
  const get = async (request: EntitiesRequest, change: Partial<AccessSettings> = {}): Promise<EntitiesAnswer> =>
    (await getEntities(request, { ...at, settings: rules(change), now: NOW })) as EntitiesAnswer;
  const pageOf = async (request: EntitiesRequest, change: Partial<AccessSettings> = {}): Promise<EventPage> => {
    const { answers, status } = await get(request, change);
    expect(status).toBe(200);
    return answers[0]!.answer as EventPage;
  };
  const idsOf = ({ children }: EventPage): string[] => children.map(({ entityId }) => entityId);

  beforeEach(() => {
    at = stores();
  });

  const login = (time: number) => event(time, ['CRMID:7', ecid(1)], { _id: `login-${time}`, eventType: 'login' });

  it('gives the whole person by any identity, code or URI of the namespace, in any case', async () => {
    await take(
      attributes(NOW - 3_000, 'CRMID:7', { person: { name: { firstName: 'Åsa' } }, loyalty: { tier: 'gold' } }),
      attributes(
        NOW - 1_000,
        ecid(1),
        { userActivityRegions: { VA6: { captureTimestamp: '2026-02-28T00:00:00Z' } } },
        'regions',
      ),
      login(NOW - 2_000),
    );
    const [item] = await Array.fromAsync(at.profiles.scan());
    await at.memberships.write(
      {
        canonicalKey: item!.canonicalKey,
        version: 0,
        mergedIn: [],
        profiles: {
          [ecid(1)]: { digest: '', segments: { device: { status: 'realized', lastQualificationTime: NOW } } },
          'CRMID:7': {
            digest: '',
            segments: {
              gold: { status: 'realized', lastQualificationTime: NOW - 5 * DAY },
              silver: { status: 'exited', lastQualificationTime: NOW - 29 * DAY },
              bronze: { status: 'exited', lastQualificationTime: NOW - 31 * DAY },
            },
          },
        },
      },
      [],
    );
    const expected = {
      mergePolicy: { id: 'default' },
      sources: ['customers', 'regions', 'web-events'],
      entity: {
        person: { name: { firstName: 'Åsa' } },
        loyalty: { tier: 'gold' },
        userActivityRegions: { VA6: { captureTimestamp: '2026-02-28T00:00:00Z' } },
        identityMap: { crmid: [{ id: '7' }], ecid: [{ id: idIn(ecid(1)) }] },
        segmentMembership: {
          ups: {
            gold: { lastQualificationTime: '2026-02-24T00:00:00.000Z', status: 'realized' },
            silver: { lastQualificationTime: '2026-01-31T00:00:00.000Z', status: 'exited' },
          },
        },
      },
      lastModifiedAt: '2026-02-28T23:59:59.000Z',
    };
    const asked = [
      { entityId: '7', namespace: 'CRMID' },
      { entityId: '7', namespace: 'crmid' },
      { entityId: idIn(ecid(1)), namespace: 'https://data.adobe.io/entities/namespace/4' },
      { entityId: ecid(1) },
    ];
    for (const identity of asked) {
      const { status, answers } = await get(profileRequest({ identities: [identity] }));
      expect(status).toBe(200);
      const { segmentMembership, ...entity } = expected.entity;
      const isDevice = identity.entityId.endsWith(idIn(ecid(1)));
      const ups = { ...(isDevice && { device: OWN_OF_DEVICE }), ...segmentMembership.ups };
      const answer = { entityId: identity.entityId, ...expected, entity: { ...entity, segmentMembership: { ups } } };
      const key = isDevice ? ecid(1) : 'CRMID:7';
      expect(answers).toEqual([{ name: identity.entityId, asked: identity, key, answer }]);
    }
  });

  it('cuts a profile down to fields', async () => {
    await take(attributes(NOW, ecid(1), { person: { name: { firstName: 'A', lastName: 'B' } }, x: 1 }));
    const { answers } = await get(profileRequest({ fields: ['person.name.firstName', 'identityMap.ecid'] }));
    expect(answers[0]!.answer).toMatchObject({
      entity: { person: { name: { firstName: 'A' } }, identityMap: { ecid: [{ id: idIn(ecid(1)) }] } },
    });
    expect(JSON.stringify(answers)).not.toContain('lastName');
  });

  it('follows the merge policy that is asked for', async () => {
    await take(
      attributes(NOW - 2_000, 'CRMID:7', { tier: 'gold' }),
      attributes(NOW - 1_000, ecid(1), { tier: 'new', own: true }, 'devices'),
      login(NOW - 3_000),
    );
    const tierUnder = async (mergePolicyId?: string) => {
      const { answers } = await get(profileRequest({ ...(mergePolicyId && { mergePolicyId }) }));
      return (answers[0]!.answer as { entity: object }).entity;
    };
    expect(await tierUnder()).toMatchObject({ tier: 'new', own: true });
    expect(await tierUnder('crm-first')).toMatchObject({ tier: 'gold', own: true });
    expect(await tierUnder('apart')).toMatchObject({ tier: 'new', identityMap: { ecid: [{}] } });
    expect(await tierUnder('apart')).not.toHaveProperty('identityMap.crmid');
    expect(await get(profileRequest({ mergePolicyId: 'nobody knows it' }))).toMatchObject({ status: 422 });
  });

  it('says of each of many identities whether it was found: 200, 207, 404 or 422', async () => {
    await take(attributes(NOW, ecid(1), { x: 1 }));
    const known = { entityId: idIn(ecid(1)), namespace: 'ECID' };
    const unknown = { entityId: idIn(ecid(2)), namespace: 'ECID' };
    const wrong = { entityId: 'x', namespace: 'Nothing' };
    const bare = { entityId: 'x' };
    const statusOf = async (...identities: EntitiesRequest['identities']) =>
      (await get(profileRequest({ identities }))).status;
    expect(await statusOf(known)).toBe(200);
    expect(await statusOf(known, unknown)).toBe(207);
    expect(await statusOf(unknown)).toBe(404);
    expect(await statusOf(unknown, wrong)).toBe(207);
    expect(await statusOf(wrong, bare)).toBe(422);
    const { answers } = await get(profileRequest({ identities: [unknown, known] }));
    expect(answers.map(({ answer }) => answer)).toMatchObject([
      { entityId: unknown.entityId, status: 404, title: 'Not found' },
      { entityId: known.entityId, entity: { x: 1 } },
    ]);
  });

  it('keeps identities apart that have one value in two namespaces', async () => {
    await take(attributes(NOW, 'CRMID:7', { a: 1 }), attributes(NOW, 'Email:7', { b: 1 }));
    const identities = ['CRMID', 'Email'].map((namespace) => ({ entityId: '7', namespace }));
    const { answers } = await get(profileRequest({ identities }));
    expect(answers.map(({ name, answer }) => [name, 'entity' in answer && answer.entity])).toMatchObject([
      ['CRMID:7', { a: 1 }],
      ['Email:7', { b: 1 }],
    ]);
  });

  describe('to events', () => {
    it('makes one list of those of all identities, whole, and of the asked one alone without stitching', async () => {
      const view = event(NOW - 1_000, [ecid(1)], { _id: 'view', web: { name: 'Home' }, unread: true });
      await take(login(NOW - 2_000), view);
      expect(await pageOf(eventsRequest())).toEqual({
        _page: { orderby: 'timestamp', start: '', count: 2, next: '' },
        children: [
          expect.objectContaining({ entityId: `login-${NOW - 2_000}`, relatedEntityId: idIn(ecid(1)) }),
          {
            relatedEntityId: idIn(ecid(1)),
            entityId: 'view',
            timestamp: NOW - 1_000,
            entity: { _id: 'view', web: { name: 'Home' }, unread: true },
            lastModifiedAt: new Date(NOW - 1_000).toISOString(),
          },
        ],
      });
      expect(idsOf(await pageOf(eventsRequest({ mergePolicyId: 'apart' })))).toEqual(['view']);
    });

    it('has a start that is included and an end that is not, either order, fields and conditions', async () => {
      const times = [1, 2, 3, 4, 5].map((n) => NOW - n * DAY);
      await take(...times.map((time, n) => event(time, [ecid(1)], { _id: `e${n + 1}`, n: n + 1, more: { x: n } })));
      const ids = async (change: Partial<EntitiesRequest>) => idsOf(await pageOf(eventsRequest(change)));
      expect(await ids({ startTime: NOW - 4 * DAY, endTime: NOW - 2 * DAY })).toEqual(['e4', 'e3']);
      expect(await ids({ orderby: '-timestamp' })).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
      expect(await ids({ properties: ['n>1', 'n<=4', 'n!=3'] })).toEqual(['e4', 'e2']);
      expect((await pageOf(eventsRequest({ fields: ['more.x'], limit: 1 }))).children[0]!.entity).toEqual({
        more: { x: 4 },
      });
      expect(await get(eventsRequest({ properties: ['a=1', 'b=1', 'c=1', 'd=1'] }))).toMatchObject({ status: 422 });
      expect(await get(eventsRequest({ properties: ['nonsense'] }))).toMatchObject({ status: 422 });
    });

    it('never shows what has expired, even while it is stored', async () => {
      await take(event(NOW - 3 * DAY, [ecid(1)], { _id: 'old' }), event(NOW - DAY, [ecid(1)], { _id: 'new' }));
      const expiryOf = (_dataset: string, time: number): number => time + 3 * DAY;
      expect(idsOf(await pageOf(eventsRequest(), { expiryOf }))).toEqual(['new']);
    });

    it('is 404 for somebody unknown and 422 for a token that is none', async () => {
      expect((await get(eventsRequest())).status).toBe(404);
      await take(login(NOW));
      const identities = [{ entityId: '7', namespace: 'CRMID', start: '../etc' }];
      expect((await get(eventsRequest({ identities }))).status).toBe(422);
    });

    it('ends a page early rather than answer with more than a function can', async () => {
      const text = 'x'.repeat(9_000);
      await take(...Array.from({ length: 500 }, (_, n) => event(NOW - n, [ecid(1)], { _id: `e${n}`, text })));
      const first = await pageOf(eventsRequest());
      expect(first._page.count).toBeLessThan(500);
      expect(JSON.stringify(first).length).toBeLessThan(6_000_000);
      const identities = [{ ...eventsRequest().identities[0]!, start: first._page.next }];
      const second = await pageOf(eventsRequest({ identities }));
      expect(first._page.count + second._page.count).toBe(500);
    });
  });
});

describe('pages of events', () => {
  const times = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 30 });

  test.prop([times, times, fc.integer({ min: 1, max: 6 }), fc.boolean()])(
    'show what was there from the beginning once, in order, whatever arrives meanwhile, and nothing twice',
    async (early, meanwhile, limit, isDescending) => {
      const at = {
        profiles: new MemoryProfileStore(),
        timeline: new MemoryTimeline(),
        memberships: new MemoryMembershipStore(),
      };
      const take = (records: Parameters<typeof stitch>[0]) =>
        stitch(records, { ...at, settings: foldSettings(), backoff: async () => {} });
      const events = (from: readonly number[], name: string) =>
        from.map((time, n) => event(NOW + time, [ecid(1)], { _id: `${name}${n}` }));
      await take(events(early, 'early'));
      const orderby = isDescending ? '-timestamp' : 'timestamp';
      const shown: { entityId: string; timestamp: number }[] = [];
      let start = '';
      for (let page = 0; page < 100; page++) {
        const identities = [{ entityId: ecid(1), ...(start && { start }) }];
        const answer = await getEntities(eventsRequest({ identities, limit, orderby }), {
          ...at,
          settings: rules(),
          now: NOW,
        });
        const { _page, children } = (answer as EntitiesAnswer).answers[0]!.answer as EventPage;
        shown.push(...children);
        if (_page.next === '') break;
        start = _page.next;
        if (page === 0) await take(events(meanwhile, 'late'));
      }
      const ids = shown.map(({ entityId }) => entityId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => id.startsWith('early'))).toHaveLength(early.length);
      const sign = isDescending ? -1 : 1;
      expect(shown.every(({ timestamp }, n) => n === 0 || sign * (timestamp - shown[n - 1]!.timestamp) >= 0)).toBe(
        true,
      );
    },
  );
});
