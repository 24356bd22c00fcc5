import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const device = fc.integer({ min: 1, max: 6 }).map(ecid);
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd');
const seenAt = (dataCenterLocation: string, minutes: number) => ({
  dataCenterLocation,
  captureTimestamp: new Date(minutes * 60_000).toISOString(),
});
const time = fc.integer({ min: 0, max: 50 });
const record: fc.Arbitrary<AcceptedRecord> = fc.oneof(
  fc.tuple(time, device).map(([at, id]) => event(at, [id], { page: at })),
  fc
    .tuple(fc.nat(400), device, fc.option(person), fc.constantFrom('VA6', 'IRL1'))
    .map(([minutes, id, who, dataCenterLocation]) =>
      event(minutes * 60_000, who ? [who, id] : [id], { userActivityRegion: seenAt(dataCenterLocation, minutes) }),
    ),
  fc.tuple(time, person, device).map(([at, who, id]) => event(at, [who, id], { login: true })),
  fc
    .tuple(time, person, fc.constantFrom('gold', 'silver'))
    .map(([at, who, tier]) => attributes(at, who, { tier, [`at${at}`]: 1 })),
  fc
    .tuple(time, device, fc.constantFrom('VA6', 'OR2'))
    .map(([at, id, region]) =>
      attributes(
        at,
        id,
        { userActivityRegions: { [region]: { captureTimestamp: new Date(at).toISOString() } } },
        'regions',
      ),
    ),
);
const history = fc.array(record, { maxLength: 30 });

const backoff = async (): Promise<void> => {};
const settings = foldSettings();

async function stitched(batches: readonly (readonly AcceptedRecord[])[]): Promise<object[]> {
  const profiles = new MemoryProfileStore();
  const timeline = new MemoryTimeline();
  for (const batch of batches) {
    const { failed } = await stitch(batch, { profiles, timeline, settings, backoff });
    expect(failed).toEqual([]);
  }
  return allProfiles(profiles);
}

/** The same records in another order, cut into batches. */
function shuffledBatches<T>(values: readonly T[], numbers: Iterator<number>): T[][] {
  const draw = (): number => numbers.next().value as number;
  const shuffled = values.map((value) => ({ value, at: draw() })).sort((x, y) => x.at - y.at);
  const batches: T[][] = [[]];
  for (const { value } of shuffled) {
    if (draw() % 3 === 0) batches.push([]);
    batches.at(-1)!.push(value);
  }
  return batches;
}

describe('stitching', () => {
  it('gives the same profiles in whatever order and batches the records come', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (records, numbers) => {
        const inOrder = [...records].sort((x, y) => x.time - y.time).map((one) => [one]);
        expect(await stitched(shuffledBatches(records, numbers))).toEqual(await stitched(inOrder));
      }),
    );
  });

  it('gives the same profiles when several workers do it at once and calls fail before, after, or by conflict', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (records, numbers) => {
        const store = new MemoryProfileStore();
        const timeline = new MemoryTimeline();
        const fault = (): Fault =>
          (['none', 'none', 'none', 'conflict', 'before', 'after'] as const)[(numbers.next().value as number) % 6]!;
        let pending = [...records, ...records];
        let faults = 60;
        const next = (): Fault => (faults-- > 0 ? fault() : 'none');
        while (pending.length > 0) {
          const workers = shuffledBatches(pending, numbers);
          const results = await Promise.all(
            workers.map((batch) =>
              stitch(batch, {
                profiles: withFaults(store, next),
                timeline: withFaults(timeline, next),
                settings,
                backoff,
              }),
            ),
          );
          // What failed is delivered again, as an event source would.
          pending = results.flatMap(({ failed }) => failed.map((one) => one.record));
        }
        expect(await allProfiles(store)).toEqual(await stitched([records]));
      }),
    );
  });

  it('gives every record one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (records) => {
        // Each of them sent by itself, though they may be the same.
        const sent = [...records, ...records].map((one, n) => ({ ...one, ingestionId: `arrival ${n}` }));
        const { outcomes, failed } = await stitch(sent, {
          profiles: new MemoryProfileStore(),
          timeline: new MemoryTimeline(),
          settings,
          backoff,
        });
        expect(failed).toEqual([]);
        const distinct = new Set(records.map(({ id }) => id)).size;
        expect(outcomes.filter(({ duplicate }) => !duplicate).length).toBe(distinct);
        expect(outcomes.length).toBe(2 * records.length);
      }),
    );
  });
});
