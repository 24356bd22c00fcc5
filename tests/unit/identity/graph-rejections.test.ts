import { expect, it } from 'vitest';
import { countOutcomes } from '#core/pipeline/counts.ts';
import type { ReceivedRecord } from '#core/pipeline/process.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const stitched = async (...identities: string[][]) => {
  const profiles = new MemoryProfileStore();
  const records = identities.map((keys, time) => event(time, keys));
  const deps = { profiles, timeline: new MemoryTimeline(), settings: foldSettings(), backoff: async () => {} };
  const { outcomes, failed } = await stitch(records, deps);
  expect(failed).toEqual([]);
  const { accepted, withoutProfile, graphRejections } = countOutcomes({
    rejected: [],
    outcomes: outcomes.map((outcome) => ({ ...outcome, received: {} as ReceivedRecord })),
  });
  const keys = (await allProfiles(profiles)).map((profile) => (profile as { key: string }).key);
  return { accepted, withoutProfile, graphRejections, keys };
};

it('a record that the graph rejects is in the profile of its primary identity, and counted by reason', async () => {
  expect(await stitched(['CRMID:ann', 'ECID:1'], ['CRMID:bob', 'ECID:2'], ['CRMID:cyd', ecid(3)])).toEqual({
    accepted: 3,
    withoutProfile: {},
    graphRejections: { 'invalid-ecid': 2 },
    keys: ['CRMID:ann', 'CRMID:bob', 'CRMID:cyd'],
  });
});

it('a record of "anonymous" alone makes no profile, and is counted', async () => {
  expect(await stitched(['CRMID:anonymous'], ['CRMID:anonymous', 'Email:null'])).toEqual({
    accepted: 2,
    withoutProfile: { 'blocked-primary-value': 2 },
    graphRejections: { 'blocked-value': 1 },
    keys: [],
  });
});

it('a constant that is sent as everybody’s identity does not pull a whole batch into one graph', async () => {
  const visitors = Array.from({ length: 60 }, (_, n) => ['Email:kiosk@shop.example', ecid(n)]);
  const { accepted, graphRejections, withoutProfile } = await stitched(...visitors);
  expect({ accepted, graphRejections, withoutProfile }).toEqual({
    accepted: 60,
    graphRejections: { 'too-many-links-in-batch': 10 },
    withoutProfile: {},
  });
});

it('a link that comes later than the link history reaches takes no device from anybody, and is counted', async () => {
  const profiles = new MemoryProfileStore();
  const linkHistoryLimits = { lateness: 7, unlinkReach: 6, many: 0, most: 100 };
  const deps = {
    profiles,
    timeline: new MemoryTimeline(),
    settings: foldSettings({ linkHistoryLimits }),
    backoff: async () => {},
  };
  const login = async (time: number, who: string) => (await stitch([event(time, [who, ecid(1)])], deps)).late;
  expect([await login(10, 'CRMID:ann'), await login(50, 'CRMID:ann'), await login(90, 'CRMID:ann')]).toEqual([0, 0, 0]);
  expect(await login(20, 'CRMID:bob')).toBe(1);
  const graphs = (await allProfiles(profiles)).map((profile) => (profile as { identities: string[] }).identities);
  expect(graphs).toEqual([['CRMID:ann', ecid(1)], ['CRMID:bob']]);
});
