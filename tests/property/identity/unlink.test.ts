import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unlink } from '#core/profile/links/unlink.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const settings = foldSettings();
const backoff = async (): Promise<void> => {};
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'Email:a@x.org');
const device = fc.integer({ min: 1, max: 3 }).map(ecid);
const login = (times: { min: number; max: number }): fc.Arbitrary<AcceptedRecord> =>
  fc.tuple(fc.integer(times), person, device).map(([time, who, on]) => event(time, [who, on], { time }));
/** Each login once. */
const logins = (times: { min: number; max: number }): fc.Arbitrary<AcceptedRecord[]> =>
  fc.uniqueArray(login(times), { maxLength: 12, selector: ({ id }) => id });

const UNLINKED_AT = 100;
const PAIR = ['CRMID:ann', ecid(1)] as const;

interface World {
  readonly store: MemoryProfileStore;
  readonly timeline: MemoryTimeline;
}

/** Until it has succeeded, as an event source or a person would. */
async function stitched(record: AcceptedRecord, { timeline }: World, profiles: ProfileStore): Promise<void> {
  for (;;) {
    const { failed } = await stitch([record], { profiles, timeline, settings, backoff });
    if (failed.length === 0) return;
  }
}

async function unlinked(profiles: ProfileStore): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const deps = { profiles, rules: settings.links, now: () => UNLINKED_AT, backoff };
      await unlink(...PAIR, { who: 'support', reason: 'a mistake' }, deps);
      return;
    } catch (error) {
      if (attempt > 100) throw error;
    }
  }
}

/** It is not when others had taken the link away before: then there was nothing to withdraw. */
async function isWithdrawn(store: MemoryProfileStore): Promise<boolean> {
  for await (const { linkHistory } of store.scan())
    if (linkHistory.assertions.some(({ unlinking }) => unlinking)) return true;
  return false;
}

const world = (): World => ({ store: new MemoryProfileStore(), timeline: new MemoryTimeline() });

it('an unlink amid the work of others, with calls that fail before, after or by conflict, ends as if it had been alone', async () => {
  const before = logins({ min: 0, max: 99 });
  // Nothing links the two again.
  const after = logins({ min: 101, max: 200 }).map((all) =>
    all.filter(
      ({ identities }) =>
        !PAIR.every((key) => identities.some(({ namespace, value }) => key === `${namespace}:${value}`)),
    ),
  );
  await fc.assert(
    fc.asyncProperty(before, after, fc.infiniteStream(fc.nat()), async (first, later, numbers) => {
      const problem = event(99, PAIR, { problem: true });
      const alone = world();
      for (const record of [...first, problem]) await stitched(record, alone, alone.store);
      await unlinked(alone.store);
      for (const record of later) await stitched(record, alone, alone.store);

      const busy = world();
      for (const record of [...first, problem]) await stitched(record, busy, busy.store);
      let faults = 30;
      const fault = (): Fault =>
        faults-- > 0
          ? (['none', 'none', 'conflict', 'before', 'after'] as const)[(numbers.next().value as number) % 5]!
          : 'none';
      const faulty = withFaults(busy.store, fault);
      await Promise.all([unlinked(faulty), ...later.map((record) => stitched(record, busy, faulty))]);
      fc.pre(await isWithdrawn(busy.store));
      expect(await allProfiles(busy.store)).toEqual(await allProfiles(alone.store));
    }),
  );
});
