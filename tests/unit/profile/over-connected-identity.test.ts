import { describe, expect, it } from 'vitest';
import { identitiesIn, MAX_IDENTITIES_IN_ITEM } from '#core/profile/profile-item.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const KIOSK = ecid(1);
const PEOPLE = 600;
const logins = Array.from({ length: PEOPLE }, (_, n) => event(n, [`CRMID:person-${n}`, KIOSK], { n }));

async function stitched(batchSize: number) {
  const profiles = new MemoryProfileStore();
  const deps = { profiles, timeline: new MemoryTimeline(), settings: foldSettings(), backoff: async () => {} };
  const outcomes = [];
  const records = [...logins, attributes(PEOPLE, 'CRMID:person-599', { tier: 'gold' })];
  for (let start = 0; start < records.length; start += batchSize) {
    const result = await stitch(records.slice(start, start + batchSize), deps);
    expect(result.failed).toEqual([]);
    outcomes.push(...result.outcomes);
  }
  return { profiles, outcomes };
}

describe('a kiosk at which everybody logs in', () => {
  it.each([1, 7, 40])(
    'makes no item larger than it may be, loses nobody, and counts what was not linked (%s)',
    async (size) => {
      const { profiles, outcomes } = await stitched(size);
      const items = await Array.fromAsync(profiles.scan());
      for (const item of items) expect(identitiesIn(item).size).toBeLessThanOrEqual(MAX_IDENTITIES_IN_ITEM);
      expect(outcomes).toHaveLength(PEOPLE + 1);
      expect(
        outcomes.filter(({ graphRejection }) => graphRejection === 'over-connected-identity').length,
      ).toBeGreaterThan(300);
      const people = (await allProfiles(profiles)) as { key: string; view: { tier?: string; xEvent: unknown[] } }[];
      const customers = people.filter(({ key }) => key.startsWith('CRMID:'));
      expect(customers).toHaveLength(PEOPLE);
      for (const { view } of customers) expect(view.xEvent).toHaveLength(1);
      expect(customers.find(({ key }) => key === 'CRMID:person-599')?.view.tier).toBe('gold');
    },
  );
});
