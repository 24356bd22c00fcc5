import { expect, it } from 'vitest';
import { countOutcomes } from '#core/pipeline/counts.ts';
import type { ReceivedRecord } from '#core/pipeline/process.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldRules } from '#tests/harness/core/factories.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const stitched = async (...identities: string[][]) => {
  const profiles = new MemoryProfileStore();
  const records = identities.map((keys, time) => event(time, keys));
  const deps = { profiles, timeline: new MemoryTimeline(), rules: foldRules(), pause: async () => {} };
  const { outcomes, failed } = await stitch(records, deps);
  expect(failed).toEqual([]);
  const { accepted, withoutProfile, graphRefusals } = countOutcomes({
    refused: [],
    outcomes: outcomes.map((outcome) => ({ ...outcome, received: {} as ReceivedRecord })),
  });
  const keys = (await allProfiles(profiles)).map((profile) => (profile as { key: string }).key);
  return { accepted, withoutProfile, graphRefusals, keys };
};

it('a record that the graph refuses is in the profile of its primary identity, and counted by reason', async () => {
  expect(await stitched(['CRMID:ann', 'ECID:1'], ['CRMID:bob', 'ECID:2'], ['CRMID:cyd', ecid(3)])).toEqual({
    accepted: 3,
    withoutProfile: {},
    graphRefusals: { 'invalid-ecid': 2 },
    keys: ['CRMID:ann', 'CRMID:bob', 'CRMID:cyd'],
  });
});

it('a record of "anonymous" alone makes no profile, and is counted', async () => {
  expect(await stitched(['CRMID:anonymous'], ['CRMID:anonymous', 'Email:null'])).toEqual({
    accepted: 2,
    withoutProfile: { 'blocked-primary-value': 2 },
    graphRefusals: { 'blocked-value': 1 },
    keys: [],
  });
});

it('a constant that is sent as everybody’s identity does not pull a whole batch into one graph', async () => {
  const visitors = Array.from({ length: 60 }, (_, n) => ['Email:kiosk@shop.example', ecid(n)]);
  const { accepted, graphRefusals, withoutProfile } = await stitched(...visitors);
  expect({ accepted, graphRefusals, withoutProfile }).toEqual({
    accepted: 60,
    graphRefusals: { 'too-many-links-in-batch': 10 },
    withoutProfile: {},
  });
});

it('a link that comes later than the evidence reaches takes no device from anybody, and is counted', async () => {
  const profiles = new MemoryProfileStore();
  const evidenceLimits = { lateness: 7, undo: 6, many: 0, most: 100 };
  const deps = {
    profiles,
    timeline: new MemoryTimeline(),
    rules: foldRules({ evidenceLimits }),
    pause: async () => {},
  };
  const login = async (time: number, who: string) => (await stitch([event(time, [who, ecid(1)])], deps)).late;
  expect([await login(10, 'CRMID:ann'), await login(50, 'CRMID:ann'), await login(90, 'CRMID:ann')]).toEqual([0, 0, 0]);
  expect(await login(20, 'CRMID:bob')).toBe(1);
  const graphs = (await allProfiles(profiles)).map((profile) => (profile as { identities: string[] }).identities);
  expect(graphs).toEqual([['CRMID:ann', ecid(1)], ['CRMID:bob']]);
});
