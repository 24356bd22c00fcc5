import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { acceptedIdentities } from '#core/identity/hashing.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { valueAt } from '#core/record/field-path.ts';
import { identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import type { Fault } from '#tests/harness/core/faults.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';
import { DAY, folded, follow, NOW, platform, record, segments, untilDone } from './world.ts';

type Http = Extract<DestinationDefinition, { type: 'http' }>;

/** What a catalog may make of one destination. */
const webhook: fc.Arbitrary<Http> = fc.record({
  id: fc.constant('webhook'),
  type: fc.constant('http' as const),
  url: fc.constant('https://hooks.example.com'),
  segments: fc.subarray(['gold', 'active', 'known', 'anonymous'], { minLength: 1 }),
  enabled: fc.boolean(),
  identities: fc.constantFrom(undefined, ['CRMID'], ['ECID'], ['CRMID', 'ECID']),
  attributes: fc.constantFrom([], ['loyalty']),
  mandatoryAttributes: fc.constantFrom(undefined, ['loyalty']),
});

async function desired(profiles: MemoryProfileStore, destination: Http): Promise<string[]> {
  const members: string[] = [];
  if (!destination.enabled) return members;
  for await (const item of profiles.scan()) {
    for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
      const lacks = (destination.mandatoryAttributes ?? []).some((path) => valueAt(view, path) === undefined);
      if (optedOut || lacks) continue;
      const held = [...segments.evaluate(view, NOW)].flatMap(([id, is]) =>
        is && destination.segments.includes(id) ? [id] : [],
      );
      const accepted = destination.identities
        ? acceptedIdentities(destination.identities, identities.map(parseIdentityKey)).map(identityKey)
        : identities;
      members.push(...accepted.flatMap((key) => held.map((id) => `${key} ${id}`)));
    }
  }
  return members.sort();
}

const step = fc.oneof(
  { weight: 3, arbitrary: record.map((one) => ({ record: one })) },
  webhook.map((edited) => ({ edited })),
);

describe('a destination that is edited in the catalog', () => {
  it('knows after the next evaluation exactly what it shall know now, whatever it was before', async () => {
    await fc.assert(
      fc.asyncProperty(
        webhook,
        fc.array(step, { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        async (first, steps, numbers) => {
          const draw = (): number => numbers.next().value as number;
          let faults = 25;
          const next = (): Fault =>
            faults-- > 0 ? (['none', 'none', 'none', 'before', 'after', 'conflict'] as const)[draw() % 6]! : 'none';
          let current = first;
          const run = platform(next, () => [current]);
          const { catchUp, endOfDay } = follow(run);
          for (const one of steps) {
            if ('edited' in one) current = one.edited;
            else {
              for (let pending = [one.record]; pending.length > 0; ) {
                pending = (await run.stitch(pending)).failed.map((failed) => failed.record);
              }
            }
            if (draw() % 2 === 0) await catchUp();
          }
          await endOfDay(true);
          expect(folded(run.sent, 'webhook')).toEqual(await desired(run.profiles, current));
        },
      ),
      runs(1.5, 300),
    );
  });
});

describe('telling a destination again', () => {
  const destination: Http = {
    id: 'webhook',
    type: 'http',
    url: 'https://hooks.example.com',
    segments: ['gold', 'active', 'known', 'anonymous'],
    enabled: true,
    attributes: [],
  };

  it('brings one that lost everything since an instant to what it shall know', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 15 }), async (records) => {
        const run = platform(
          () => 'none',
          () => [destination],
        );
        await run.stitch(records);
        await untilDone([...run.profiles.changed], run.evaluate);
        const canonicalKeys = [...run.memberships.changed];
        await untilDone(canonicalKeys, (canonicalKey) => run.route(canonicalKey));
        const lostFrom = run.sent.length;
        await untilDone(canonicalKeys, (canonicalKey) =>
          run.route(canonicalKey, { resend: { destinationId: 'webhook', since: NOW } }),
        );
        expect(folded(run.sent.slice(lostFrom), 'webhook')).toEqual(await desired(run.profiles, destination));
      }),
      runs(0.5, 100),
    );
  });

  it('says nothing about what it was told before, nor to others', async () => {
    const run = platform(
      () => 'none',
      () => [destination, { ...destination, id: 'other' }],
    );
    await run.stitch([
      event(NOW - DAY, ['CRMID:ann', ecid(1)]),
      attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'gold' }),
    ]);
    await untilDone([...run.profiles.changed], run.evaluate);
    const canonicalKeys = [...run.memberships.changed];
    await untilDone(canonicalKeys, (canonicalKey) => run.route(canonicalKey));
    const lastRouted = run.sent.length;
    await untilDone(canonicalKeys, (canonicalKey) =>
      run.route(canonicalKey, { resend: { destinationId: 'webhook', since: NOW + 1 } }),
    );
    expect(
      run.sent.slice(lastRouted).flatMap(({ delivery }) => delivery.changes.map(({ status }) => status)),
    ).not.toContain('exited');
    await untilDone(canonicalKeys, (canonicalKey) =>
      run.route(canonicalKey, { resend: { destinationId: 'webhook', since: NOW } }),
    );
    expect(new Set(run.sent.slice(lastRouted).map(({ delivery }) => delivery.destinationId))).toEqual(
      new Set(['webhook']),
    );
  });
});
