import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GetFlags, getProfile } from '#cli/commands/profile.ts';
import { profileSources } from '#cli/commands/profile-sources.ts';
import { printAttributeSources } from '#cli/report/print-profile.ts';
import { readerByApi, readerOfStores } from '#cli/stage/profile-reader.ts';
import type { AccessDeps } from '#core/access/access.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { cli } from '#tests/harness/cli.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { exampleCatalog } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const flags = (change: Partial<GetFlags> = {}): GetFlags => ({ stage: 'local', order: 'asc', limit: 1_000, ...change });

describe('tributary profile get', () => {
  let deps: AccessDeps;

  beforeAll(async () => {
    const { fold, access } = stageSettings(await exampleCatalog());
    const stores = {
      profiles: new MemoryProfileStore(),
      timeline: new MemoryTimeline(),
      memberships: new MemoryMembershipStore(),
    };
    deps = { ...stores, settings: access, now: NOW };
    const records = [
      attributes(NOW - 9_000, 'CRMID:RB-1', { loyalty: { tier: 'gold', points: 5 } }),
      event(NOW - 3_000, ['CRMID:RB-1', ecid(1)], { _id: 'e3', eventType: 'userAccount.login' }),
      event(NOW - 2_000, ['CRMID:RB-1', ecid(1)], { _id: 'e2', eventType: 'userAccount.login' }),
    ];
    await stitch(records, { ...stores, settings: fold, backoff: async () => {} });
  });

  it('prints a profile for people', async () => {
    expect(await getProfile('CRMID:RB-1', flags(), readerOfStores(deps))).toBe(
      [
        'Profile of CRMID:RB-1, under merge policy default',
        '  datasets customers; newest record 2026-02-28T23:59:51.000Z',
        '',
        'Identities',
        '  namespace  value',
        '  ---------  --------------------------------------',
        '  crmid      RB-1',
        `  ecid       ${ecid(1).slice(5)}`,
        '',
        'Attributes',
        '  field           value',
        '  --------------  -----',
        '  loyalty.tier    gold',
        '  loyalty.points  5',
        '',
      ].join('\n'),
    );
  });

  it('prints by any identity which record each value comes from, and nothing of nobody', async () => {
    const answer = await profileSources(ecid(1), deps, deps.settings);
    expect(printAttributeSources(answer!)).toBe(
      [
        'CRMID:RB-1',
        '  attribute       value  dataset    recorded                  identity of the record',
        '  --------------  -----  ---------  ------------------------  ----------------------',
        '  loyalty.points  5      customers  2026-02-28T23:59:51.000Z  CRMID:RB-1            ',
        '  loyalty.tier    gold   customers  2026-02-28T23:59:51.000Z  CRMID:RB-1            ',
        '',
      ]
        .map((line) => line.trimEnd())
        .join('\n'),
    );
    expect(await profileSources('CRMID:RB-9', deps, deps.settings)).toBeUndefined();
  });

  it('prints what the entities API answers, as JSON, cut down to fields', async () => {
    const text = await getProfile(ecid(1), flags({ json: true, fields: ['loyalty.tier'] }), readerOfStores(deps));
    expect(JSON.parse(text)).toMatchObject({ [ecid(1)]: { entity: { loyalty: { tier: 'gold' } } } });
    expect(text).not.toContain('points');
  });

  it('prints events in either order, between instants, and how to go on', async () => {
    const first = await getProfile(
      'CRMID:RB-1',
      flags({ events: true, limit: 1, order: 'desc' }),
      readerOfStores(deps),
    );
    expect(first).toContain('2026-02-28T23:59:58.000Z  e2  userAccount.login');
    const [, start] = /--start (\S+)/.exec(first)!;
    expect(
      await getProfile('CRMID:RB-1', flags({ events: true, order: 'desc', start: start! }), readerOfStores(deps)),
    ).toContain('e3');
    const none = flags({ events: true, from: NOW - 1_000 });
    expect(await getProfile('CRMID:RB-1', none, readerOfStores(deps))).toBe('Events of CRMID:RB-1: none\n');
    const page = await getProfile(
      'CRMID:RB-1',
      flags({ events: true, json: true, to: NOW - 2_000 }),
      readerOfStores(deps),
    );
    expect(JSON.parse(page)).toMatchObject({ _page: { count: 1, next: '' }, children: [{ entityId: 'e3' }] });
  });

  it('says so when nobody is known, and what else is wrong', async () => {
    await expect(getProfile('CRMID:nobody', flags(), readerOfStores(deps))).rejects.toThrow(
      'No profile has the identity CRMID:nobody in stage local.',
    );
    await expect(getProfile('CRMID:RB-1', flags({ mergePolicy: 'x' }), readerOfStores(deps))).rejects.toThrow(
      'Unknown merge policy',
    );
    await expect(getProfile('CRM:1', flags(), readerOfStores(deps))).rejects.toThrow('Unknown namespace');
  });

  it('does not understand a bare value, half an instant or no number', async () => {
    for (const args of [['C1'], ['A:1', '--from', 'May'], ['A:1', '--limit', '0'], ['A:1', '--order', 'up']]) {
      expect((await cli('profile', 'get', ...args)).code).not.toBe(0);
    }
  });
});

describe('tributary profile get of a protected stage', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** The API as it answers; the request that it was asked with. */
  function api(status: number, body: object) {
    const asked: { url: URL; headers: Record<string, string> }[] = [];
    vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
      asked.push({ url: new URL(url), headers });
      return Response.json(body, { status });
    });
    const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
    return { read: readerByApi('https://id.execute-api.eu-central-1.amazonaws.com', credentials), asked };
  }

  it('asks the API, signed by whoever runs it, and says what for', async () => {
    const answer = { entityId: 'CRMID:RB-1', entity: { loyalty: { tier: 'gold' } }, sources: ['customers'] };
    const { read, asked } = api(200, { 'CRMID:RB-1': answer });
    const text = await getProfile('CRMID:RB-1', flags({ json: true, fields: ['loyalty.tier', 'person'] }), read);
    expect(JSON.parse(text)).toEqual({ 'CRMID:RB-1': answer });
    const [{ url, headers }] = asked as [(typeof asked)[number]];
    expect(url.pathname).toBe('/data/core/ups/access/entities');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'schema.name': '_xdm.context.profile',
      entityId: 'CRMID:RB-1',
      fields: 'loyalty.tier,person',
    });
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;/,
    );
    expect(headers['x-purpose']).toBe('tributary profile get');
  });

  it('asks for a page of events', async () => {
    const page = {
      _page: { orderby: 'timestamp', start: '', count: 0, next: '' },
      children: [],
      _links: { next: { href: '' } },
    };
    const { read, asked } = api(200, page);
    expect(await getProfile('CRMID:RB-1', flags({ events: true, limit: 5 }), read)).toBe(
      'Events of CRMID:RB-1: none\n',
    );
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toMatchObject({
      'schema.name': '_xdm.context.experienceevent',
      'relatedSchema.name': '_xdm.context.profile',
      relatedEntityId: 'CRMID:RB-1',
      limit: '5',
    });
  });

  it('says that nobody is known, and that it may not ask', async () => {
    const nobody = api(404, { status: 404, title: 'Not found' });
    await expect(getProfile('CRMID:x', flags({ stage: 'prod' }), nobody.read)).rejects.toThrow(
      'No profile has the identity CRMID:x in stage prod.',
    );
    const forbidden = api(403, { message: 'Forbidden' });
    await expect(getProfile('CRMID:x', flags(), forbidden.read)).rejects.toThrow(
      'HTTP 403 Forbidden. Reading profiles of a protected stage needs the permission execute-api:Invoke.',
    );
  });
});
