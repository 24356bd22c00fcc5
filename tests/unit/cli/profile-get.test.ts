import { beforeAll, describe, expect, it } from 'vitest';
import { type GetFlags, getProfile } from '#cli/commands/profile.ts';
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
    expect(await getProfile('CRMID:RB-1', flags(), deps)).toBe(
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

  it('prints what the entities API answers, as JSON, cut down to fields', async () => {
    const text = await getProfile(ecid(1), flags({ json: true, fields: ['loyalty.tier'] }), deps);
    expect(JSON.parse(text)).toMatchObject({ [ecid(1)]: { entity: { loyalty: { tier: 'gold' } } } });
    expect(text).not.toContain('points');
  });

  it('prints events in either order, between instants, and how to go on', async () => {
    const first = await getProfile('CRMID:RB-1', flags({ events: true, limit: 1, order: 'desc' }), deps);
    expect(first).toContain('2026-02-28T23:59:58.000Z  e2  userAccount.login');
    const [, start] = /--start (\S+)/.exec(first)!;
    expect(await getProfile('CRMID:RB-1', flags({ events: true, order: 'desc', start: start! }), deps)).toContain('e3');
    const none = flags({ events: true, from: NOW - 1_000 });
    expect(await getProfile('CRMID:RB-1', none, deps)).toBe('Events of CRMID:RB-1: none\n');
    const page = await getProfile('CRMID:RB-1', flags({ events: true, json: true, to: NOW - 2_000 }), deps);
    expect(JSON.parse(page)).toMatchObject({ _page: { count: 1, next: '' }, children: [{ entityId: 'e3' }] });
  });

  it('says so when nobody is known, and what else is wrong', async () => {
    await expect(getProfile('CRMID:nobody', flags(), deps)).rejects.toThrow(
      'No profile has the identity CRMID:nobody in stage local.',
    );
    await expect(getProfile('CRMID:RB-1', flags({ mergePolicy: 'x' }), deps)).rejects.toThrow('Unknown merge policy');
    await expect(getProfile('CRM:1', flags(), deps)).rejects.toThrow('Unknown namespace');
  });

  it('does not understand a bare value, half an instant or no number', async () => {
    for (const args of [['C1'], ['A:1', '--from', 'May'], ['A:1', '--limit', '0'], ['A:1', '--order', 'up']]) {
      expect((await cli('profile', 'get', ...args)).code).not.toBe(0);
    }
  });
});
