import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countActivities } from '#core/personalisation/count.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { activitiesOf } from '#tests/harness/core/activities.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { linkingRules } from '#tests/harness/core/factories.ts';
import { interaction, spoken } from '#tests/harness/core/interactions.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const ACTIVITIES = ['x', 'y'] as const;
const VISITORS = 5;
const bought = { eventType: 'commerce.purchases' };
const activities = activitiesOf(
  ...ACTIVITIES.map((id) => ({ id, conversion: bought, experiences: [{ id: 'e0' }, { id: 'e1' }] })),
);
/** What a visitor sees is always the same. */
const experienceOf = (visitor: number, activity: number): string => `e${(visitor + activity) % 2}`;

type Said = { readonly visitor: number; readonly activity: number; readonly kind: 'display' | 'interact' | 'success' };
const said: fc.Arbitrary<Said> = fc.record({
  visitor: fc.nat(VISITORS - 1),
  activity: fc.nat(ACTIVITIES.length - 1),
  kind: fc.constantFrom('display' as const, 'display' as const, 'interact' as const, 'success' as const),
});

/** Successes come after everything that was shown, as far as their own time is concerned. */
const recordOf = ({ visitor, activity, kind }: Said, n: number): AcceptedRecord =>
  spoken(
    `e${n}`,
    kind === 'success' ? 1_000 + n : n,
    [`ECID:${visitor}`],
    kind === 'success' ? bought : interaction(kind, [ACTIVITIES[activity]!, experienceOf(visitor, activity)]),
  );

/** Counted by simple means. */
function expected(all: readonly Said[]): Record<string, number> {
  const tally: Record<string, number> = {};
  const add = (activity: number, visitor: number, what: string): void => {
    const key = `${ACTIVITIES[activity]} ${experienceOf(visitor, activity)} ${what}`;
    tally[key] = (tally[key] ?? 0) + 1;
  };
  const seen = new Set<string>();
  for (const { visitor, activity, kind } of all) {
    if (kind === 'interact') add(activity, visitor, 'clicks');
    if (kind !== 'display') continue;
    add(activity, visitor, 'displays');
    if (!seen.has(`${visitor} ${activity}`)) add(activity, visitor, 'visitors');
    seen.add(`${visitor} ${activity}`);
  }
  for (const pair of seen) {
    const [visitor, activity] = pair.split(' ').map(Number) as [number, number];
    if (all.some((one) => one.kind === 'success' && one.visitor === visitor)) add(activity, visitor, 'conversions');
  }
  return tally;
}

async function tallyOf(counts: ActivityCounts): Promise<Record<string, number>> {
  const totals = await counts.totals(ACTIVITIES);
  return Object.fromEntries(
    [...totals].flatMap(([activity, experiences]) =>
      [...experiences].flatMap(([experience, own]) =>
        Object.entries(own).flatMap(([what, n]) => (n > 0 ? [[`${activity} ${experience} ${what}`, n] as const] : [])),
      ),
    ),
  );
}

class Crash extends Error {}

/** Every call waits for its turn; some end before or after what they do. */
function shaky(
  counts: ActivityCounts,
  scheduler: fc.Scheduler,
  crashes: readonly ('no' | 'before' | 'after')[],
): ActivityCounts {
  let call = 0;
  const once = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const crash = crashes[call++] ?? 'no';
    await scheduler.schedule(Promise.resolve(), name);
    if (crash === 'before') throw new Crash(name);
    const result = await run();
    if (crash === 'after') throw new Crash(name);
    return result;
  };
  return {
    exposures: (identities) => once('exposures', () => counts.exposures(identities)),
    commit: (change) => once('commit', () => counts.commit(change)),
    totals: (ids) => counts.totals(ids),
    erase: (identities) => counts.erase(identities),
  };
}

describe('counting', () => {
  it(
    'counts everything once, however often and in whatever order it comes, whatever crashes and whoever is at it meanwhile',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(said, { minLength: 1, maxLength: 40 }),
          fc.array(fc.array(fc.nat(39), { maxLength: 60 }), { minLength: 1, maxLength: 4 }),
          fc.array(fc.constantFrom('no' as const, 'no' as const, 'before' as const, 'after' as const), {
            maxLength: 12,
          }),
          fc.scheduler(),
          async (all, deliveries, crashes, scheduler) => {
            const counts = new MemoryActivityCounts();
            const records = all.map(recordOf);
            const deps = { activities, namespaces: linkingRules(), backoff: async () => {} };
            const port = shaky(counts, scheduler, crashes);
            /** A batch comes again until it is counted. */
            const work = async (batch: readonly AcceptedRecord[]): Promise<void> => {
              for (;;) {
                try {
                  return await countActivities(batch, { ...deps, counts: port });
                } catch (error) {
                  if (!(error instanceof Crash)) throw error;
                }
              }
            };
            // What was shown, in parts that overlap; then everything once more, and the successes.
            const isShown = ({ id }: AcceptedRecord): boolean => all[Number(id.slice(1))]!.kind !== 'success';
            const parts = deliveries.map((part) => part.flatMap((n) => records[n] ?? []));
            const shown = [...parts, records].map((part) => work(part.filter(isShown)));
            await scheduler.waitFor(Promise.all(shown));
            const rest = [...parts, records].map(work);
            await scheduler.waitFor(Promise.all(rest));
            expect(await tallyOf(counts)).toEqual(expected(all));
          },
        ),
        runs(1, 100),
      );
    },
    timeout,
  );

  it('counts a large batch of one visitor with changes as large as the store takes', async () => {
    const counts = new MemoryActivityCounts();
    const largest: number[] = [];
    const watched: ActivityCounts = {
      exposures: (identities) => counts.exposures(identities),
      commit: (change) => {
        const { marks, exposures, counts: counted } = change;
        largest.push(
          marks.length +
            new Set(exposures.map((one) => one.identity)).size +
            new Set(counted.map((one) => one.activity)).size,
        );
        return counts.commit(change);
      },
      totals: (ids) => counts.totals(ids),
      erase: (identities) => counts.erase(identities),
    };
    const many = Array.from({ length: 60 }, (_, n) => ({ id: `a${n}` }));
    const set = activitiesOf(...many);
    const records = Array.from({ length: 200 }, (_, n) =>
      spoken(
        `r${n}`,
        n,
        [`ECID:${n}`],
        interaction('display', ...Array.from({ length: 40 }, (_, i) => [`a${(n + i) % 60}`, 'a'] as const)),
      ),
    );
    await countActivities(records, {
      activities: set,
      counts: watched,
      namespaces: linkingRules(),
      backoff: async () => {},
    });
    expect(Math.max(...largest)).toBeLessThanOrEqual(100);
    const totals = await counts.totals(many.map(({ id }) => id));
    const displays = [...totals.values()].reduce((sum, one) => sum + (one.get('a')?.displays ?? 0), 0);
    expect(displays).toBe(200 * 40);
  });
});
