import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { versionAt } from '#core/record/version.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { type Crash, CrashError, scheduledFor } from '#tests/harness/core/scheduled.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

/** Only what is seen is in profiles: a version may take an event out of them, and bring it back. */
const settings = foldSettings({ projectEvent: (entity) => (entity.isSeen ? { ...entity } : undefined) });
const PEOPLE = ['CRMID:ann', 'CRMID:ann', 'CRMID:bob'];

interface Version {
  readonly event: number;
  readonly content: number;
  readonly isSeen: boolean;
  readonly device: number | undefined;
}

const version: fc.Arbitrary<Version> = fc.record({
  event: fc.nat(PEOPLE.length - 1),
  content: fc.nat(2),
  isSeen: fc.boolean(),
  device: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
});

/** The version number `n` of all: an arrival of its own. */
function recordOf({ event: which, content, isSeen, device }: Version, n: number): AcceptedRecord {
  const time = 10 + content;
  const identities = [PEOPLE[which]!, ...(device === undefined ? [] : [ecid(device)])];
  const record = event(time, identities, { content, isSeen, device });
  return { ...record, id: `event-${which}`, ingestionId: `arrival-${n}`, version: versionAt(n) };
}

/** Of every event the newest version, as if no other had ever come. */
function newest(records: readonly AcceptedRecord[]): AcceptedRecord[] {
  return [...Map.groupBy(records, ({ id }) => id).values()].map((own) => own.at(-1)!);
}

/** What everybody has done before. */
const BEFORE = ['CRMID:ann', 'CRMID:bob'].map((who) => event(1, [who], { isSeen: true, who }));

async function stateAfter(records: readonly AcceptedRecord[]) {
  const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
  for (const record of [...BEFORE, ...records]) {
    const { failed } = await stitch([record], { profiles, timeline, settings, backoff: async () => {} });
    expect(failed).toEqual([]);
  }
  return stateOf(profiles, timeline);
}

async function stateOf(profiles: MemoryProfileStore, timeline: MemoryTimeline) {
  const entries = [...timeline.entries()].flatMap(([, own]) => own).map(({ id, json, time }) => ({ id, json, time }));
  return {
    profiles: await allProfiles(profiles),
    timeline: entries.sort((x, y) => (x.id < y.id ? -1 : 1)),
  };
}

describe('an event that is sent again with other content', () => {
  const several = fc.array(version, { minLength: 1, maxLength: 8 });

  it('is amended by what is newer, in whatever order and batches the versions come', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(several, fc.infiniteStream(fc.nat(9)), async (versions, numbers) => {
        const records = versions.map(recordOf);
        const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
        await stitch(BEFORE, { profiles, timeline, settings, backoff: async () => {} });
        const sent = [...records, ...records]
          .map((record) => ({ record, at: numbers.next().value as number }))
          .sort((x, y) => x.at - y.at);
        let batch: AcceptedRecord[] = [];
        for (const [i, { record, at }] of sent.entries()) {
          batch.push(record);
          if (at % 3 > 0 && i < sent.length - 1) continue;
          await stitch(batch, { profiles, timeline, settings, backoff: async () => {} });
          batch = [];
        }
        expect(await stateOf(profiles, timeline)).toEqual(await stateAfter(newest(records)));
      }),
      runs(5, 300),
    );
  });

  const crash: fc.Arbitrary<Crash> = fc.record({ call: fc.nat(12), when: fc.constantFrom('before', 'after') });

  it('so it is when versions are written at once, and calls crash anywhere', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(version, { minLength: 2, maxLength: 4 }),
        fc.array(crash, { minLength: 4, maxLength: 4 }),
        fc.scheduler(),
        async (versions, crashes, scheduler) => {
          const records = versions.map(recordOf);
          const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
          await stitch(BEFORE, { profiles, timeline, settings, backoff: async () => {} });
          const worker = async (record: AcceptedRecord, n: number): Promise<void> => {
            for (let attempt = 0; ; attempt++) {
              const scheduled = scheduledFor(scheduler, attempt === 0 ? crashes[n] : undefined);
              const deps = { profiles: scheduled(profiles), timeline: scheduled(timeline), settings };
              try {
                const { failed } = await stitch([record], { ...deps, backoff: async () => {} });
                if (failed.length === 0) return;
              } catch (error) {
                if (!(error instanceof CrashError || error instanceof ConflictError)) throw error;
              }
            }
          };
          const all = Promise.all(records.map(worker));
          await scheduler.waitFor(all);
          expect(await stateOf(profiles, timeline)).toEqual(await stateAfter(newest(records)));
        },
      ),
      runs(5, 300),
    );
  });

  it('stays as it is where an older version is about to be written while a newer one changes nothing', {
    timeout,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, isAgain) => {
        const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
        await stitch(BEFORE, { profiles, timeline, settings, backoff: async () => {} });
        const versions = [true, false].map((isSeen, n) =>
          recordOf({ event: 0, content: 0, isSeen, device: undefined }, n),
        );
        const write = (record: AcceptedRecord) => {
          const scheduled = scheduledFor(scheduler);
          const deps = { profiles: scheduled(profiles), timeline: scheduled(timeline), settings };
          return stitch([record], { ...deps, backoff: async () => {} });
        };
        const all = Promise.all([...versions, ...(isAgain ? [versions[1]!] : [])].map(write));
        await scheduler.waitFor(all);
        expect(await stateOf(profiles, timeline)).toEqual(await stateAfter([versions[1]!]));
      }),
      runs(5, 300),
    );
  });

  it('counts once as new, then as amended, or as a duplicate where it says nothing new or is older', async () => {
    const say = (content: number, n: number) => recordOf({ event: 0, content, isSeen: true, device: undefined }, n);
    const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
    const outcomes: unknown[] = [];
    for (const record of [say(0, 2), say(0, 2), say(1, 3), say(2, 1), say(1, 5), say(0, 4), say(2, 6)]) {
      const result = await stitch([record], { profiles, timeline, settings, backoff: async () => {} });
      outcomes.push(
        ...result.outcomes.map(({ duplicate, amends }) => (duplicate ? 'duplicate' : amends ? 'amends' : 'new')),
      );
    }
    // The second is the same arrival again; the sixth is older than what has been said once more since.
    expect(outcomes).toEqual(['new', 'new', 'amends', 'duplicate', 'duplicate', 'duplicate', 'amends']);
  });
});
