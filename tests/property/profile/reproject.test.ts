import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import { reproject } from '#core/profile/reproject.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const backoff = async (): Promise<void> => {};
const NOW = 1_000;

/** Segments that look at one page only, and at the newest `most` visits of it. */
const looksAt = (page: string, most = 100): FoldSettings =>
  foldSettings({
    projection: `${page} ${most}`,
    projectEvent: (entity) => (entity.page === page ? { page } : undefined),
    retainEvents: (events) => (events.length > most ? events.slice(-most) : events),
    expiryOf: (_dataset, time) => time + 990,
  });

const visit = fc
  .tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom('home', 'cart'), fc.boolean())
  .map(([time, n, page, isKnown]) => event(time, isKnown ? ['CRMID:ann', ecid(n)] : [ecid(n)], { page }));

async function stitched(records: readonly AcceptedRecord[], settings: FoldSettings) {
  const profiles = new MemoryProfileStore();
  const timeline = new MemoryTimeline();
  for (const record of records) await stitch([record], { profiles, timeline, settings, backoff });
  return { profiles, timeline };
}

describe('choosing the events of a profile anew', () => {
  it('gives what the changed segments would have seen from the beginning, what has expired apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { maxLength: 25 }), async (records) => {
        const { profiles, timeline } = await stitched(records, looksAt('home', 1));
        const settings = looksAt('cart');
        for await (const { canonicalKey } of profiles.scan()) {
          const conflicts = (['none', 'conflict'] as const)[Symbol.iterator]();
          const rival = withFaults(profiles, () => conflicts.next().value ?? 'none');
          await reproject(canonicalKey, { profiles: rival, timeline, settings, now: () => NOW, backoff });
        }
        const alive = records.filter(({ time }) => time + 990 > NOW);
        const expected = (await allProfiles((await stitched(records, settings)).profiles)) as {
          view: { xEvent: { id: string }[] };
        }[];
        for (const { view } of expected) {
          view.xEvent = view.xEvent.filter(({ id }) => alive.some((record) => record.id === id));
        }
        expect(await allProfiles(profiles)).toEqual(expected);
      }),
    );
  });

  it('writes nothing where nothing has changed', async () => {
    const settings = looksAt('home');
    const { profiles, timeline } = await stitched([event(20, [ecid(1)], { page: 'home' })], settings);
    expect(await reproject(ecid(1), { profiles, timeline, settings, now: () => NOW, backoff })).toBe(false);
    expect(profiles.changed).toHaveLength(1);
  });
});
