import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isShared } from '#core/activation/destinations/aam/identities.ts';
import { ExitGuard } from '#core/activation/exit-guard.ts';
import { maxExits } from '#core/activation/guard-settings.ts';
import { identityOfFragment, type ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { attributes } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { MemoryGuardStore } from '#tests/harness/core/guard.memory.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { activated, DAY, folded, follow, NOW, platform, record, segments } from './world.ts';

const guard = { percent: 0, profiles: 1 };
const destinations: readonly DestinationDefinition[] = [
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com', attributes: ['loyalty'], ...activated, guard },
  { id: 'file', type: 's3-file', identity: 'ECID', attributes: [], schedule: 'daily', ...activated, guard },
  { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}', ...activated, guard },
  { id: 'open', type: 'http', url: 'https://hooks.example.com', attributes: [], ...activated, guard: 'off' },
];
const accepts: Readonly<Record<string, (key: string) => boolean>> = {
  webhook: () => true,
  file: (key) => key.startsWith('ECID:'),
  aam: (key) => isShared(parseIdentityKey(key)),
  open: () => true,
};

type Run = ReturnType<typeof platform>;

/** What a destination should know, straight from the profiles. */
async function desired({ profiles }: Run, destinationId: string): Promise<string[]> {
  const members: string[] = [];
  for await (const item of profiles.scan()) {
    for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
      const held = optedOut ? [] : [...segments.evaluate(view, NOW)].filter(([, is]) => is).map(([id]) => id);
      members.push(...identities.filter(accepts[destinationId]!).flatMap((key) => held.map((id) => `${key} ${id}`)));
    }
  }
  return members.sort();
}

/** Identities of which nothing must be known to anybody, whatever the guards say. */
async function forbidden({ profiles }: Run): Promise<(key: string) => boolean> {
  const [optedOut, named] = [new Set<string>(), new Set<string>()];
  for await (const item of profiles.scan()) {
    for (const profile of profilesOf(item, profileSettings)) {
      for (const key of profile.identities) {
        named.add(key);
        if (profile.optedOut) optedOut.add(key);
      }
    }
    for (const { identities } of item.linkHistory.assertions) for (const key of identities) named.add(key);
    for (const { a, b } of item.linkHistory.condensed) named.add(a).add(b);
  }
  return (key) => optedOut.has(key) || !named.has(key);
}

/** Takes all of a person out of the store, whom a deletion, or the revert of a batch, has left nothing of. */
async function erase({ profiles }: Run, identity: string): Promise<void> {
  for await (const item of profiles.scan()) {
    const profile = profilesOf(item, profileSettings).find(({ identities }) => identities.includes(identity));
    if (!profile) continue;
    const isOther = (key: string): boolean => !profile.identities.includes(key);
    const { condensed, assertions, removed, ...linkHistory } = item.linkHistory;
    const left = assertions.map((one) => ({ ...one, identities: one.identities.filter(isOther) }));
    const whole: ProfileItem = {
      ...item,
      fragments: Object.fromEntries(Object.entries(item.fragments).filter(([key]) => isOther(identityOfFragment(key)))),
      events: Object.fromEntries(Object.entries(item.events).filter(([key]) => isOther(key))),
      linkHistory: {
        ...linkHistory,
        condensed: condensed.filter(({ a, b }) => isOther(a) && isOther(b)),
        assertions: left.filter(({ identities }) => identities.length > 1),
        ...(removed && { removed: removed.filter(({ a, b }) => isOther(a) && isOther(b)) }),
      },
    };
    await profiles.write({ item: whole, pointers: [], mergedIn: [] });
  }
}

const deletion = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd');
const history = fc.array(fc.oneof({ weight: 8, arbitrary: record }, { weight: 1, arbitrary: deletion }), {
  maxLength: 30,
});

describe('a destination with a guard', () => {
  it(
    'is never kept from a deletion or an opt-out, and after its release knows exactly what it should',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (steps, numbers) => {
          const draw = (): number => numbers.next().value as number;
          let faults = 30;
          const next = (): Fault =>
            faults-- > 0 ? (['none', 'none', 'none', 'none', 'before', 'after'] as const)[draw() % 6]! : 'none';
          const store = new MemoryGuardStore();
          const clock = createClock(NOW);
          const leave = new ExitGuard(withFaults(store, next), clock.now);
          const run = platform(next, () => destinations, undefined, undefined, leave);
          const stream = follow(run);
          // To begin with, destinations come to know people: a guard has nothing to hold back otherwise.
          const known = draw() % 20;
          for (const { id } of destinations.slice(0, 3)) await store.open(id, clock.now() + DAY);
          for (const [n, step] of steps.entries()) {
            if (n === known) {
              for (const { id } of destinations.slice(0, 3)) await store.close(id);
              clock.advanceBy(6_000);
            }
            if (typeof step !== 'string') await run.stitch([step]);
            else await erase(run, step);
            await stream.catchUp();
            if (draw() % 8 === 0) clock.advanceBy(6_000);
          }
          for (const { id } of destinations.slice(0, 3)) await store.close(id);
          clock.advanceBy(6_000);
          await stream.endOfDay();
          const mustNotBeKnown = await forbidden(run);
          const states = await store.states(destinations.map(({ id }) => id));
          for (const { id } of destinations) {
            const known = folded(run.sent, id);
            expect(known.filter((entry) => mustNotBeKnown(entry.slice(0, entry.lastIndexOf(' '))))).toEqual([]);
            if (!states.get(id)?.held) expect(known).toEqual(await desired(run, id));
          }
          expect(states.has('open')).toBe(false);

          faults = 0;
          for (const id of states.keys()) await store.open(id, clock.now() + DAY);
          clock.advanceBy(6_000);
          for await (const { canonicalKey } of run.profiles.scan()) await run.routeUnguarded(canonicalKey);
          for (const id of states.keys()) await store.close(id);
          for (const { id } of destinations) expect(folded(run.sent, id)).toEqual(await desired(run, id));
        }),
        runs(0.5, 200),
      );
    },
    timeout,
  );

  it('is held by the first profile too many, and no sooner, for all audiences at once', async () => {
    const some = { ...destinations[0]!, guard: { percent: 20, profiles: 3 } };
    const store = new MemoryGuardStore();
    const clock = createClock(NOW);
    const leave = new ExitGuard(store, clock.now);
    const run = platform(
      () => 'none',
      () => [some],
      undefined,
      undefined,
      leave,
    );
    const stream = follow(run);
    const people = Array.from({ length: 30 }, (_, n) => `CRMID:p${n}`);
    for (const who of people) await run.stitch([attributes(NOW - DAY, who, { loyalty: 'gold' })]);
    await stream.catchUp();
    for (let n = 0; n < 30; n++) await store.addToAudience('webhook', 'gold', n % 8, 1);
    for (const who of people) await run.stitch([attributes(NOW, who, { loyalty: 'none' })]);
    await run.stitch([attributes(NOW, 'CRMID:new', { loyalty: 'gold' })]);
    clock.advanceBy(6_000);
    await stream.catchUp();
    const gold = (): string[] => folded(run.sent, 'webhook').filter((entry) => entry.endsWith(' gold'));
    expect(gold()).toHaveLength(24);
    expect(await store.states(['webhook'])).toEqual(
      new Map([['webhook', { epoch: 0, held: { since: clock.now(), segmentId: 'gold', size: 30, left: 6, most: 6 } }]]),
    );
    // Who comes waits as well, and it is written down who waits.
    expect(folded(run.sent, 'webhook').filter((entry) => entry.includes('new'))).toEqual([]);
    const held = await Array.fromAsync(
      run.deliveryStates.scan(),
      ({ destinations: { webhook } }) => webhook?.excluded.guard ?? [],
    );
    expect(held.flat().sort()).toEqual(
      [...gold().map((entry) => entry.replace(' ', '|')), 'CRMID:new|gold', 'CRMID:new|known'].sort(),
    );
    // What was a mistake is corrected: there is nothing left to be told.
    for (const who of people) await run.stitch([attributes(NOW + 1, who, { loyalty: 'gold' })]);
    await stream.catchUp();
    const before = run.sent.length;
    await store.open('webhook', clock.now() + DAY);
    for await (const { canonicalKey } of run.profiles.scan()) await run.routeUnguarded(canonicalKey);
    const after = run.sent.slice(before).flatMap(({ delivery }) => delivery.changes.map(({ status }) => status));
    expect(after).not.toContain('exited');
    expect(gold()).toHaveLength(31);
  });

  it('knows whom it knows by a hash, and whose hash may not wait', async () => {
    const some = {
      ...destinations[0]!,
      identities: ['Email_LC_SHA256'],
      guard: { percent: 20, profiles: 3 },
    } as DestinationDefinition;
    const store = new MemoryGuardStore();
    const clock = createClock(NOW);
    const run = platform(
      () => 'none',
      () => [some],
      undefined,
      undefined,
      new ExitGuard(store, clock.now),
    );
    const stream = follow(run);
    const people = Array.from({ length: 30 }, (_, n) => `Email:p${n}@example.com`);
    for (const who of people) await run.stitch([attributes(NOW - DAY, who, { loyalty: 'gold' })]);
    await stream.catchUp();
    await store.setAudience('webhook', 'gold', 30);
    for (const who of people) await run.stitch([attributes(NOW, who, { loyalty: 'none' })]);
    await stream.catchUp();
    const gold = (): string[] => folded(run.sent, 'webhook').filter((entry) => entry.endsWith(' gold'));
    expect(gold()).toHaveLength(24);
    for (const who of people) {
      await run.stitch([attributes(NOW + 1, who, { privacyOptOuts: { general_opt_out: 'out' } })]);
    }
    await stream.catchUp();
    expect(gold()).toEqual([]);
  });

  it('lets a segment go that the catalog takes from it, or all of them where it is switched off', async () => {
    for (const change of [{ segments: ['known'] }, { enabled: false }]) {
      const store = new MemoryGuardStore();
      let now: DestinationDefinition = destinations[0]!;
      const run = platform(
        () => 'none',
        () => [now],
        undefined,
        undefined,
        new ExitGuard(store, () => NOW),
      );
      const stream = follow(run);
      for (let n = 0; n < 9; n++) await run.stitch([attributes(NOW - DAY, `CRMID:p${n}`, { loyalty: 'gold' })]);
      await stream.catchUp();
      now = { ...now, ...change } as DestinationDefinition;
      await stream.endOfDay();
      expect(folded(run.sent, 'webhook').filter((entry) => entry.endsWith(' gold'))).toEqual([]);
      expect(await store.states(['webhook'])).toEqual(new Map());
    }
  });
});

describe('the room of a guard', () => {
  const one = { gold: 1 };

  it('is used up to the last profile and not beyond, by however many functions at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ percent: fc.constantFrom(0, 10, 20, 33.3), profiles: fc.integer({ min: 1, max: 40 }) }),
        fc.nat(200),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat()),
        async (settings, size, functions, shards) => {
          const clock = createClock(NOW);
          const store = new MemoryGuardStore();
          await store.setAudience('d', 'gold', size);
          const guards = Array.from({ length: functions }, () => new ExitGuard(store, clock.now));
          const most = maxExits(settings, size);
          const asked = Array.from({ length: most + 20 }, (_, n) => n);
          const granted = await Promise.all(
            asked.map((n) => guards[n % functions]!.mayLeave('d', settings, one, shards.next().value as number)),
          );
          expect(granted.filter(Boolean)).toHaveLength(most);
          expect((await store.states(['d'])).get('d')?.held).toMatchObject({ segmentId: 'gold', most, left: most });
        },
      ),
      runs(0.2, 100),
    );
  });

  it('is that of 24 hours: midnight makes no new one, a whole day later it is all there', async () => {
    const settings = { percent: 20, profiles: 100 };
    const HOUR = DAY / 24;
    const clock = createClock(NOW + 23 * HOUR);
    const store = new MemoryGuardStore();
    const guard = new ExitGuard(store, clock.now);
    const leave = async (times: number): Promise<number> => {
      let left = 0;
      for (let n = 0; n < times; n++) if (await guard.mayLeave('d', settings, one, n)) left += 1;
      return left;
    };
    expect(await leave(100)).toBe(100);
    clock.advanceTo(NOW + 25 * HOUR);
    expect(await leave(6)).toBeLessThanOrEqual(5);
    await store.open('d', 0);
    await store.close('d');
    clock.advanceTo(NOW + 26 * HOUR);
    expect(await leave(100)).toBe(100);
    clock.advanceTo(NOW + 72 * HOUR);
    expect(await leave(100)).toBe(100);
  });

  it('counts nothing and holds nobody while a destination is open, and begins anew afterwards', async () => {
    const settings = { percent: 20, profiles: 2 };
    const clock = createClock(NOW);
    const store = new MemoryGuardStore();
    const guard = new ExitGuard(store, clock.now);
    const may = (n: number) => guard.mayLeave('d', settings, one, n);
    expect([await may(0), await may(1), await may(2)]).toEqual([true, true, false]);
    await store.open('d', clock.now() + DAY);
    clock.advanceBy(6_000);
    for (let n = 0; n < 50; n++) expect(await may(n)).toBe(true);
    await store.close('d');
    clock.advanceBy(6_000);
    expect([await may(0), await may(1), await may(2)]).toEqual([true, true, false]);
    await store.open('d', clock.now() + 1_000);
    clock.advanceBy(6_000);
    // A release that was broken off is over when its time is.
    expect([await may(0), await may(1), await may(2)]).toEqual([true, true, false]);
  });
});
