import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileActivities } from '#core/personalisation/compile.ts';
import { decide, MAX_DECISION_SCOPES, type Visitor } from '#core/personalisation/decide.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import { explainDecisions, isShown } from '#core/personalisation/explain.ts';
import { activityOf, keyOf, NOW, shownTo } from '#tests/harness/core/activities.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const SEGMENTS = ['s1', 's2', 's3'];
const SCOPES = ['hero', 'foot', '__view__'];
const SURFACES = ['web://shop.example/a', 'web://shop.example/a#top', 'web://*/*', 'web://*/*#top'];
const ASKED = ['web://shop.example/a', 'web://shop.example/a#top', 'web://other.example/', 'no surface'];
const HOUR = 3_600_000;
const instants = fc.integer({ min: -3, max: 3 }).map((hours) => new Date(NOW + hours * HOUR).toISOString());

const activity = fc
  .record({
    audience: fc.option(fc.constantFrom(...SEGMENTS), { nil: undefined }),
    priority: fc.integer({ min: 0, max: 3 }),
    start: fc.option(instants, { nil: undefined }),
    end: fc.option(instants, { nil: undefined }),
    splitBy: fc.constantFrom('device' as const, 'person' as const),
    traffic: fc.constantFrom(100, 100, 50, 0),
    control: fc.constantFrom(0, 10, 60),
    scopes: fc.subarray(SCOPES),
    surfaces: fc.subarray(SURFACES),
    experiences: fc.integer({ min: 1, max: 3 }),
    lifecycleState: fc.constantFrom('published' as const, 'published' as const, 'draft' as const),
  })
  .map(({ start, end, experiences, ...rest }) => ({
    ...rest,
    schedule: { ...(start && { start }), ...(end && { end }) },
    experiences: Array.from({ length: experiences }, (_, n) => ({ id: `e${n}` })),
  }));
const activities: fc.Arbitrary<ActivityDefinition[]> = fc
  .array(activity, { maxLength: 8 })
  .map((all) => all.map((one, n) => activityOf({ id: `a${n}`, ...one })));

const visitors: fc.Arbitrary<Visitor> = fc
  .record({
    segments: fc.subarray(SEGMENTS),
    device: fc.option(
      fc.nat(500).map((n) => `ECID:${n}`),
      { nil: undefined },
    ),
    person: fc.option(
      fc.nat(500).map((n) => `CRMID:${n}`),
      { nil: undefined },
    ),
  })
  .map(({ segments, device, person }) => ({ isMember: (id) => segments.includes(id), device, person }));
const requests = fc.record({ scopes: fc.subarray([...SCOPES, 'unknown']), surfaces: fc.subarray(ASKED) });

describe('decisions', () => {
  it(
    'show only what is published, runs, and is for an audience that one is in; at a place one activity, on a page each once',
    () => {
      fc.assert(
        fc.property(activities, visitors, requests, (all, visitor, request) => {
          const shown = decide(compileActivities(all), visitor, request, NOW);
          const pages = shown.filter(
            ({ scope }) => scope === '__view__' || !(scope.includes('#') || SCOPES.includes(scope)),
          );
          const places = shown.filter((one) => !pages.includes(one)).map(({ scope }) => scope);
          expect(new Set(places).size).toBe(places.length);
          const onPages = pages.map(({ scopeDetails }) => scopeDetails.activity.id);
          expect(new Set(onPages).size).toBe(onPages.length);
          for (const { scopeDetails, scope } of shown) {
            const own = all.find(({ id }) => id === scopeDetails.activity.id)!;
            expect([...request.scopes, ...request.surfaces]).toContain(scope);
            expect(own.lifecycleState).toBe('published');
            expect(own.traffic).toBeGreaterThan(0);
            if (own.audience !== undefined) expect(visitor.isMember(own.audience)).toBe(true);
            if (own.schedule.start !== undefined) expect(Date.parse(own.schedule.start)).toBeLessThanOrEqual(NOW);
            if (own.schedule.end !== undefined) expect(Date.parse(own.schedule.end)).toBeGreaterThan(NOW);
          }
        }),
        runs(1, 200),
      );
    },
    timeout,
  );

  it(
    'give a place to the activity that would have it alone and goes before all others that would',
    () => {
      fc.assert(
        fc.property(activities, visitors, (all, visitor) => {
          const alone = all.filter(
            (one) => one.scopes.includes('hero') && shownTo(visitor, compileActivities([one])).length > 0,
          );
          const first = [...alone].sort(
            (a, b) =>
              b.priority - a.priority ||
              Number(a.audience === undefined) - Number(b.audience === undefined) ||
              a.id.localeCompare(b.id),
          )[0];
          const expected = first ? shownTo(visitor, compileActivities([first])) : [];
          expect(shownTo(visitor, compileActivities(all))).toEqual(expected);
        }),
        runs(1, 200),
      );
    },
    timeout,
  );

  it(
    'show on a page the same experiences, whatever other activities there are and in whatever files they are',
    () => {
      fc.assert(
        fc.property(activities, activities, visitors, (all, others, visitor) => {
          const request = { scopes: ['__view__'] };
          const renamed = others.map((one) => ({ ...one, id: `other-${one.id}` }));
          const own = shownTo(visitor, compileActivities(all), request);
          const among = shownTo(visitor, compileActivities([...renamed, ...all].reverse()), request);
          expect(among.filter((key) => !key.includes('other-')).sort()).toEqual([...own].sort());
        }),
        runs(1, 200),
      );
    },
    timeout,
  );

  it(
    'are explained as they are made',
    () => {
      fc.assert(
        fc.property(activities, visitors, requests, (all, visitor, request) => {
          const shown = decide(compileActivities(all), visitor, request, NOW).map(keyOf);
          const explained = explainDecisions(all, visitor, request, NOW);
          const explainedAs = explained.filter(isShown).map((one) => `${one.scope} ${one.activity}:${one.experience}`);
          expect([...explainedAs].sort()).toEqual([...shown].sort());
          for (const { activity, takenBy, outcome } of explained) {
            const own = all.find(({ id }) => id === activity)!;
            if (outcome === 'not-published') expect(own.lifecycleState).toBe('draft');
            expect(takenBy === undefined).toBe(outcome !== 'place-is-taken');
          }
        }),
        runs(1, 200),
      );
    },
    timeout,
  );

  it('give every experience and the control group its share', () => {
    const test = activityOf({
      id: 'x',
      traffic: 50,
      control: 20,
      experiences: [
        { id: 'a', share: 50 },
        { id: 'b', share: 30 },
      ],
    });
    const set = compileActivities([test]);
    const shown = Array.from(
      { length: 40_000 },
      (_, n) => shownTo({ isMember: () => false, device: `ECID:${n}` }, set)[0],
    );
    const shareOf = (key: string | undefined): number => shown.filter((one) => one === key).length / shown.length;
    expect(shareOf(undefined)).toBeCloseTo(0.5, 1.5);
    expect(shareOf('hero x:a')).toBeCloseTo(0.25, 1.5);
    expect(shareOf('hero x:b')).toBeCloseTo(0.15, 1.5);
    expect(shareOf('hero x:control')).toBeCloseTo(0.1, 1.5);
  });

  it('divide people for one activity as if there were no other', () => {
    const experiences = [{ id: 'a' }, { id: 'b' }];
    const set = compileActivities([
      activityOf({ id: 'x', experiences, scopes: ['hero'] }),
      activityOf({ id: 'y', experiences, scopes: ['foot'] }),
    ]);
    const shown = Array.from({ length: 4_000 }, (_, n) =>
      shownTo({ isMember: () => false, device: `ECID:${n}` }, set, { scopes: ['hero', 'foot'] }).join(' '),
    );
    for (const both of ['hero x:a foot y:a', 'hero x:a foot y:b', 'hero x:b foot y:a', 'hero x:b foot y:b']) {
      expect(shown.filter((one) => one === both).length / shown.length).toBeCloseTo(0.25, 1);
    }
  });

  it('answer a request for any number of places, as many as are allowed', () => {
    const scopes = Array.from({ length: 100_000 }, (_, n) => `s${n}`);
    const set = compileActivities([activityOf({ id: 'x', scopes: scopes.slice(0, 50) })]);
    const visitor = { isMember: () => true, device: 'ECID:1' };
    expect(decide(set, visitor, { scopes, surfaces: [] }, NOW).map(keyOf)).toHaveLength(MAX_DECISION_SCOPES);
  });
});
