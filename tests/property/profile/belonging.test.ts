import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { requestErasure } from '#core/privacy/request-erasure.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemorySuppressions } from '#lambdas/adapters/memory/suppressions.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles, profileSettings } from '#tests/harness/core/profiles.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

/** What happens to who belongs together: records that link and tell, in any order; withdrawn links; deleted people. */
type Step =
  | { readonly kind: 'records'; readonly records: readonly AcceptedRecord[] }
  | { readonly kind: 'unlink'; readonly a: IdentityKey; readonly b: IdentityKey }
  | { readonly kind: 'delete'; readonly identity: IdentityKey };

const device = fc.integer({ min: 1, max: 4 }).map(ecid);
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd');
const anyone = fc.oneof(device, person, fc.constant('Email:a@x.org'));
const time = fc.integer({ min: 0, max: 90 });
const record: fc.Arbitrary<AcceptedRecord> = fc.oneof(
  fc.tuple(time, device).map(([at, id]) => event(at, [id], { page: at })),
  fc.tuple(time, person, device).map(([at, who, id]) => event(at, [who, id], { login: true })),
  fc.tuple(time, person).map(([at, who]) => event(at, [who, 'Email:a@x.org'], { mail: true })),
  fc
    .tuple(time, person, fc.constantFrom('gold', 'silver'), fc.constantFrom('create' as const, 'merge', 'delete'))
    .map(([at, who, tier, operation]) => attributes(at, who, { [`at${at % 3}`]: tier }, 'customers', operation)),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(record, { maxLength: 12 }).map((records) => ({ kind: 'records' as const, records })),
  },
  { weight: 2, arbitrary: fc.tuple(anyone, anyone).map(([a, b]) => ({ kind: 'unlink' as const, a, b })) },
  {
    weight: 1,
    arbitrary: anyone.map((identity) => ({ kind: 'delete' as const, identity })),
  },
);

const settings = foldSettings();
const backoff = async (): Promise<void> => {};
const NOTHING = (): Fault => 'none';

/** Runs the steps one after the other; inside a step records travel as told, and what fails is given again. */
async function run(steps: readonly Step[], next: () => Fault, travel: <T>(records: readonly T[]) => T[][]) {
  const profiles = new MemoryProfileStore();
  const timeline = new MemoryTimeline();
  const faulty = { profiles: withFaults(profiles, next), timeline: withFaults(timeline, next) };
  for (const [index, one] of steps.entries()) {
    const now = (index + 1) * 100;
    if (one.kind === 'records') {
      // Times go on with the steps, but reach back into earlier ones.
      let pending = one.records.map((each) => ({ ...each, time: each.time + index * 60, receivedAt: now }));
      while (pending.length > 0) {
        const results = await Promise.all(
          travel(pending).map((batch) => stitch(batch, { ...faulty, settings, backoff })),
        );
        pending = results.flatMap(({ failed }) =>
          failed.map(({ record: failedRecord }) => failedRecord),
        ) as typeof pending;
      }
    } else if (one.kind === 'unlink') {
      const reason = { reason: 'a mistake', by: 'test' } as never;
      await again(() =>
        unlink(one.a, one.b, reason, { profiles: faulty.profiles, rules: settings.links, now: () => now, backoff }),
      );
    } else {
      const deliveryStates = new MemoryVersionedStore<DeliveryStateItem>();
      const request = { requestId: `request ${index}`, identity: one.identity, reason: '', isUnknown: false };
      const deps = { erasures: new MemoryErasures(), suppressions: new MemorySuppressions(), digestOf: identityKey };
      await again(() =>
        requestErasure(request, {
          ...deps,
          ...faulty,
          deliveryStates,
          settings: profileSettings,
          destinations: new Map(),
          normalForms: new Map(),
          now: () => now,
          backoff,
        }),
      );
    }
  }
  return stateOf(profiles, timeline);
}

/** Until it comes through, as an event source and a person would. */
async function again(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!(error as Error).message.startsWith('injected') && (error as Error).name !== 'ConflictError') throw error;
    }
  }
}

async function stateOf(profiles: MemoryProfileStore, timeline: MemoryTimeline) {
  const kept: Record<string, string[]> = {};
  const known = [1, 2, 3, 4].map(ecid).concat(['CRMID:ann', 'CRMID:bob', 'CRMID:cyd', 'Email:a@x.org']);
  for (const identity of known) {
    kept[identity] = (await Array.fromAsync(timeline.read(identity))).map(({ id }) => id).sort();
  }
  return { profiles: await allProfiles(profiles), kept };
}

it('who belongs together is the same in any order, split, repeated and interrupted anywhere', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 7 }), fc.infiniteStream(fc.nat()), async (steps, numbers) => {
      const draw = (below: number): number => (numbers.next().value as number) % below;
      let faults = 40;
      const next = (): Fault =>
        faults-- > 0 ? (['none', 'none', 'none', 'conflict', 'before', 'after'] as const)[draw(6)]! : 'none';
      const scattered = <T>(records: readonly T[]): T[][] => {
        const batches: T[][] = [[], [], []];
        for (const one of [...records, ...records].sort(() => draw(3) - 1)) batches[draw(3)]!.push(one);
        return batches;
      };
      const inOrder = await run(steps, NOTHING, (records) => [[...records]]);
      expect(await run(steps, next, scattered)).toEqual(inOrder);
    }),
    runs(1, 150),
  );
});
