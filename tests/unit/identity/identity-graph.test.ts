import { expect, it } from 'vitest';
import { identityGraphOf } from '#core/access/identity-graph.ts';
import { explain } from '#core/profile/links/explain.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';

const HOUR = 3_600_000;

it('a graph has all nodes and links with their ages and datasets, and the removed links with the reason', async () => {
  const profiles = new MemoryProfileStore();
  const settings = foldSettings();
  const deps = {
    profiles,
    timeline: new MemoryTimeline(),
    lookups: new MemoryLookupStore(),
    settings,
    isNew: true,
    backoff: async () => {},
  };
  const said = [
    event(HOUR, ['CRMID:ann', ecid(1)]),
    event(2 * HOUR, ['CRMID:ann', ecid(2)]),
    event(3 * HOUR, ['CRMID:ann', ecid(1)], { again: true }),
    event(4 * HOUR, ['CRMID:ann', ecid(3)]),
  ];
  await stitch(said, deps);
  const rules = linkingRules();
  const by = { who: 'maria', reason: 'a shared tablet' };
  await unlink('CRMID:ann', ecid(3), by, { profiles, rules, now: () => 5 * HOUR, backoff: async () => {} });

  const graph = identityGraphOf((await explain(ecid(1), { profiles, rules }))!);
  const at = (hours: number): string => new Date(hours * HOUR).toISOString();
  expect(graph.profile).toBe('CRMID:ann');
  expect(graph.nodes).toEqual([
    {
      identity: 'CRMID:ann',
      namespace: 'CRMID',
      firstSeen: at(1),
      lastSeen: at(3),
      datasets: ['web-events'],
      links: 2,
    },
    { identity: ecid(1), namespace: 'ECID', firstSeen: at(1), lastSeen: at(3), datasets: ['web-events'], links: 1 },
    { identity: ecid(2), namespace: 'ECID', firstSeen: at(2), lastSeen: at(2), datasets: ['web-events'], links: 1 },
  ]);
  expect([...graph.links].sort((x, y) => (x.b < y.b ? -1 : 1))).toEqual([
    { a: 'CRMID:ann', b: ecid(1), firstSeen: at(1), lastSeen: at(3), datasets: ['web-events'] },
    { a: 'CRMID:ann', b: ecid(2), firstSeen: at(2), lastSeen: at(2), datasets: ['web-events'] },
  ]);
  expect(graph.removed).toEqual([
    { a: 'CRMID:ann', b: ecid(3), at: at(5), why: 'withdrawn', unlinking: by, isBack: false },
  ]);
  // Of the strongest identity too, and of one that is linked to nothing.
  expect(identityGraphOf((await explain('CRMID:ann', { profiles, rules }))!).links).toHaveLength(2);
  const alone = identityGraphOf((await explain(ecid(3), { profiles, rules }))!);
  expect(alone.nodes).toEqual([{ identity: ecid(3), namespace: 'ECID', datasets: [], links: 0 }]);
});
