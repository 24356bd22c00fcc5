import { beforeEach, describe, expect, it } from 'vitest';
import { audienceExplanationAsJson, printAudienceExplanation } from '#cli/report/print-audience-explanation.ts';
import { explainAudience } from '#core/access/explain-audience.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { Membership } from '#core/segmentation/membership.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, ecid, event, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';
import { segment } from '#tests/unit/segmentation/factories.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const HOUR = 3_600_000;
const POLICY = {
  id: 'default',
  default: true,
  identityGraph: { type: 'pdg' as const },
  attributeMerge: { type: 'timestampOrdered' as const },
};
const RULE = segment(
  'loyalty.tier = "gold" and xEvent[eventType = "login" and timestamp occurs <= 2 days before now].count() >= 1',
  'active-gold',
);

describe('why a person is in an audience', () => {
  const stores = () => ({
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
  });
  let at = stores();
  beforeEach(() => {
    at = stores();
  });
  const take = (...records: Parameters<typeof stitch>[0]) =>
    stitch(records, { ...at, settings: foldSettings(), backoff: async () => {} });
  const hold = async (membership: Membership): Promise<void> => {
    const [item] = await Array.fromAsync(at.profiles.scan());
    const profiles = { 'CRMID:7': { digest: '', segments: { [RULE.id]: membership } } };
    await at.memberships.write({ canonicalKey: item!.canonicalKey, version: 0, mergedIn: [], profiles }, []);
  };
  const explain = (identity: string, now = NOW) =>
    explainAudience(
      identity,
      { definitions: [RULE], options: {}, mergePolicy: POLICY },
      {
        ...at,
        settings: {
          links: linkingRules(),
          mergePolicy: POLICY,
          policies: [],
          policyOf: () => POLICY,
          namespaceOf: (text) => text,
          labelledFields: new Map(),
          normalForms: compileNormalForms(namespaceRegistry([])),
          expiryOf: () => undefined,
        },
        lookups: async () => new Map(),
        isProfileEnabled: () => true,
        now,
      },
    );
  const person = () =>
    take(
      attributes(NOW - 3 * HOUR, 'CRMID:7', { loyalty: { tier: 'gold' } }),
      event(NOW - HOUR, ['CRMID:7', ecid(1)], { _id: 'login-1', eventType: 'login' }),
    );

  it('is told by any identity of the person, with attributes, events and what was evaluated last', async () => {
    await person();
    await hold({ status: 'realized', lastQualificationTime: NOW - HOUR });
    const explained = (await explain(ecid(1)))!;
    expect(explained).toMatchObject({
      segmentId: 'active-gold',
      method: 'edge',
      isMember: true,
      optedOut: false,
      evaluated: { status: 'realized' },
      rule: { parts: [{ values: { 'loyalty.tier': 'gold' } }, { events: { count: 1 } }] },
    });
    expect(printAudienceExplanation(ecid(1), explained)).toBe(
      [
        `${ecid(1)} is in active-gold (edge)`,
        '  evaluated last: realized since 2026-02-28T23:00:00.000Z',
        '',
        '✓ all of   until 2026-03-02T23:00:00.001Z, unless something comes in',
        '  ✓ loyalty.tier = "gold"',
        '      loyalty.tier = "gold"',
        '  ✓ xEvent[eventType = "login" and timestamp occurs <= 2 days before now].count() >= 1   until 2026-03-02T23:00:00.001Z, unless something comes in',
        '      event 2026-02-28T23:00:00.000Z login-1 login',
        '',
      ].join('\n'),
    );
  });

  it('is JSON with instants as texts', async () => {
    await person();
    expect(audienceExplanationAsJson((await explain('CRMID:7'))!)).toMatchObject({
      isMember: true,
      rule: {
        changesAt: '2026-03-02T23:00:00.001Z',
        parts: [
          { kind: 'condition', values: { 'loyalty.tier': 'gold' } },
          { events: { count: 1, newest: [{ id: 'login-1', time: '2026-02-28T23:00:00.000Z', eventType: 'login' }] } },
        ],
      },
    });
  });

  it('says what is not evaluated yet, and that whoever has opted out is in none', async () => {
    await person();
    await hold({ status: 'realized', lastQualificationTime: NOW - HOUR });
    const later = (await explain('CRMID:7', NOW + 72 * HOUR))!;
    expect(later).toMatchObject({ isMember: false, evaluated: { status: 'realized' } });
    expect(printAudienceExplanation('CRMID:7', later)).toContain('not evaluated yet since it became so');
    const optOut = { loyalty: { tier: 'gold' }, privacyOptOuts: { general_opt_out: 'out' } };
    await take(attributes(NOW, 'CRMID:7', optOut));
    const optedOut = (await explain('CRMID:7'))!;
    expect(optedOut).toMatchObject({ isMember: false, optedOut: true, rule: { isTrue: true } });
    expect(printAudienceExplanation('CRMID:7', optedOut)).toContain('has opted out');
  });

  it('is not told of somebody who is not known', async () => {
    expect(await explain('CRMID:8')).toBeUndefined();
  });
});
