import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAssertions, joinLinkHistories, linksOf } from '#core/identity/add-assertions.ts';
import { type LinkHistory, type LinkHistoryLimits, NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf } from '#core/identity/linking-rules.ts';
import { replay } from '#core/identity/replay.ts';
import { assertion, linkingRules, unlinking } from '#tests/harness/core/factories.ts';

const rules = linkingRules({ limit: 5, unique: ['CRMID', 'Email'] });
const WINDOW = 30;
const UNDO = 20;
/** Everything is replayed. */
const openWork: LinkHistoryLimits = {
  lateness: WINDOW,
  unlinkReach: UNDO,
  many: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
};
/** Everything that may be settled is. */
const condensed: LinkHistoryLimits = { ...openWork, many: 0 };

const graphsIn = (linkHistory: LinkHistory, limits: LinkHistoryLimits): readonly (readonly string[])[] =>
  graphsOf(linksOf(linkHistory, rules, limits)).map(({ identities }) => identities);
const known = (entries: readonly Assertion[], limits = openWork): LinkHistory =>
  addAssertions(NO_LINK_HISTORY, entries, rules, limits).linkHistory;
/** Entries one after the other, as they are given. */
const oneByOne = (entries: readonly Assertion[], limits: LinkHistoryLimits): LinkHistory =>
  entries.reduce((linkHistory, one) => addAssertions(linkHistory, [one], rules, limits).linkHistory, NO_LINK_HISTORY);

const keysOf = (side: string): readonly string[] =>
  ['CRMID', 'Email', 'IDFA', 'ECID', 'ECID', 'ECID'].map((namespace, n) => `${namespace}:${side}${n}`);
const pairOf = (keys: readonly string[]) =>
  fc
    .uniqueArray(fc.constantFrom(...keys), { minLength: 2, maxLength: 2 })
    .map((pair) => [...pair].sort() as [string, string]);
const anyPair = pairOf([...keysOf('l'), ...keysOf('r')]);
const time = fc.integer({ min: 0, max: 100 });

const claims = (pair: fc.Arbitrary<[string, string]>, times = time) =>
  fc
    .array(fc.tuple(times, pair), { maxLength: 25 })
    .map((all) => all.filter(([, [a, b]]) => a.split(':')[0] !== b.split(':')[0] || a.startsWith('ECID')))
    .map((all) => all.map(([at, pair]) => assertion(at, ...pair)));
const entries = fc
  .tuple(claims(anyPair), fc.array(fc.tuple(time, anyPair), { maxLength: 4 }))
  .map(([asserted, unlinkedNow]) => [...asserted, ...unlinkedNow.map(([at, [a, b]]) => unlinking(at, a, b))]);

const byTime = (all: readonly Assertion[]): Assertion[] =>
  [...all].sort((x, y) => x.time - y.time || Number(!!x.unlinking) - Number(!!y.unlinking) || (x.id < y.id ? -1 : 1));
const distinct = (all: readonly Assertion[]): Assertion[] => [...new Map(all.map((one) => [one.id, one])).values()];

describe('a withdrawal', () => {
  it('is as if the link had never been asserted until then', () => {
    const recent = fc.integer({ min: 0, max: UNDO - 1 });
    fc.assert(
      fc.property(claims(anyPair, recent), anyPair, recent, claims(anyPair), (before, [a, b], at, after) => {
        const later = after.map(({ time, identities }) => assertion(UNDO + time, ...identities));
        const names = ({ identities }: Assertion): boolean => identities.includes(a) && identities.includes(b);
        const unlinkedNow = known([...before, unlinking(at, a, b), ...later]);
        const never = known([...before.filter((one) => !names(one) || one.time > at), ...later]);
        expect(graphsIn(unlinkedNow, openWork)).toEqual(graphsIn(never, openWork));
      }),
    );
  });

  it('gives back the two graphs that one mistaken link has made one, or taken apart', () => {
    const recent = fc.integer({ min: 0, max: 10 });
    fc.assert(
      fc.property(
        claims(pairOf(keysOf('l')), recent),
        claims(pairOf(keysOf('r')), recent),
        fc.constantFrom(...keysOf('l')),
        fc.constantFrom(...keysOf('r')),
        (left, right, l, r) => {
          const merged = [...left, ...right, assertion(11, l, r)];
          const unlinked = oneByOne(byTime([...merged, unlinking(12, l, r)]), condensed);
          expect(graphsIn(unlinked, condensed)).toEqual(graphsIn(known([...left, ...right]), openWork));
        },
      ),
    );
  });

  it('does not last beyond the next time that the link is asserted', () => {
    const linkHistory = known([assertion(1, 'CRMID:l', 'ECID:l'), unlinking(2, 'CRMID:l', 'ECID:l')]);
    expect(graphsIn(linkHistory, openWork)).toEqual([]);
    const again = addAssertions(linkHistory, [assertion(3, 'CRMID:l', 'ECID:l')], rules, openWork).linkHistory;
    expect(graphsIn(again, openWork)).toEqual([['CRMID:l', 'ECID:l']]);
  });

  it('takes a link out that was settled long ago, and is remembered with its reason', () => {
    const linkHistory = oneByOne(
      [
        assertion(0, 'CRMID:l', 'ECID:l'),
        assertion(1_000, 'CRMID:l', 'ECID:m'),
        unlinking(2_000, 'CRMID:l', 'ECID:l'),
        assertion(3_000, 'CRMID:l', 'ECID:n'),
      ],
      condensed,
    );
    expect(graphsIn(linkHistory, condensed)).toEqual([['CRMID:l', 'ECID:m', 'ECID:n']]);
    expect(replay(linkHistory, rules, condensed).removed).toMatchObject([
      { a: 'CRMID:l', b: 'ECID:l', at: 2_000, why: 'withdrawn', unlinking: { reason: 'a mistake' } },
    ]);
  });

  it('keeps an event’s other links', () => {
    const linkHistory = known([assertion(1, 'CRMID:l', 'ECID:l', 'IDFA:l'), unlinking(2, 'CRMID:l', 'ECID:l')]);
    const linked = linksOf(linkHistory, rules, openWork).map(({ a, b }) => [a, b]);
    expect(linked).toEqual([
      ['CRMID:l', 'IDFA:l'],
      ['ECID:l', 'IDFA:l'],
    ]);
  });
});

describe('link history with withdrawals', () => {
  it('gives the same graphs in whatever order, pieces and repetitions it comes', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const shuffled = [...all, ...all]
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        expect(graphsIn(oneByOne(shuffled, openWork), openWork)).toEqual(graphsIn(known(all), openWork));
      }),
    );
  });

  it('gives the same graphs when old entries are settled', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const linkHistory = oneByOne(byTime(distinct(all)), condensed);
        const [oldest, newest] = [linkHistory.assertions[0]?.time ?? 0, linkHistory.assertions.at(-1)?.time ?? 0];
        expect(newest - oldest).toBeLessThan(WINDOW);
        expect(graphsIn(linkHistory, condensed)).toEqual(graphsIn(known(all), openWork));
      }),
    );
  });

  it('gives the same graphs when entries come late, as long as they come within the window', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const delayed = distinct(all)
          .map((one) => ({
            one,
            at: one.time + ((numbers.next().value as number) % (one.unlinking ? WINDOW - UNDO : WINDOW)),
          }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        const { linkHistory, late } = delayed.reduce(
          (known, one) => {
            const next = addAssertions(known.linkHistory, [one], rules, condensed);
            return { linkHistory: next.linkHistory, late: known.late + next.late };
          },
          { linkHistory: NO_LINK_HISTORY, late: 0 },
        );
        expect(late).toBe(0);
        expect(graphsIn(linkHistory, condensed)).toEqual(graphsIn(known(all), openWork));
      }),
    );
  });

  it('gives the same links whether they were looked at on the way or not', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.boolean()), (all, looks) => {
        const looked = byTime(all).reduce((linkHistory, one) => {
          if (looks.next().value) linksOf(linkHistory, rules, condensed);
          return addAssertions(linkHistory, [one], rules, condensed).linkHistory;
        }, NO_LINK_HISTORY);
        const sorted = (links: readonly object[]): string[] => links.map((link) => JSON.stringify(link)).sort();
        const unseen = JSON.parse(JSON.stringify(looked)) as LinkHistory;
        expect(sorted(linksOf(looked, rules, condensed))).toEqual(sorted(linksOf(unseen, rules, condensed)));
      }),
    );
  });

  it('gives the same graphs when two sides were kept apart and are joined', () => {
    fc.assert(
      fc.property(claims(pairOf(keysOf('l'))), claims(pairOf(keysOf('r'))), (left, right) => {
        const joined = joinLinkHistories(known(left, condensed), known(right, condensed));
        expect(graphsIn(joined, condensed)).toEqual(graphsIn(known([...left, ...right]), openWork));
      }),
    );
  });
});
