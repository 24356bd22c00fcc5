import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAssertions, joinEvidence, linksOf } from '#core/identity/evidence.ts';
import { type Evidence, type EvidenceLimits, NO_EVIDENCE } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf } from '#core/identity/link-rules.ts';
import { replay } from '#core/identity/replay.ts';
import { assertion, linkRules, withdrawal } from '#tests/harness/core/factories.ts';

const rules = linkRules({ limit: 5, unique: ['CRMID', 'Email'] });
const WINDOW = 30;
const UNDO = 20;
/** Everything is replayed. */
const unsettled: EvidenceLimits = {
  lateness: WINDOW,
  undo: UNDO,
  many: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
};
/** Everything that may be settled is. */
const settled: EvidenceLimits = { ...unsettled, many: 0 };

const graphsIn = (evidence: Evidence, limits: EvidenceLimits): readonly (readonly string[])[] =>
  graphsOf(linksOf(evidence, rules, limits)).map(({ identities }) => identities);
const known = (entries: readonly Assertion[], limits = unsettled): Evidence =>
  addAssertions(NO_EVIDENCE, entries, rules, limits).evidence;
/** Entries one after the other, as they are given. */
const oneByOne = (entries: readonly Assertion[], limits: EvidenceLimits): Evidence =>
  entries.reduce((evidence, one) => addAssertions(evidence, [one], rules, limits).evidence, NO_EVIDENCE);

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
  .map(([asserted, withdrawn]) => [...asserted, ...withdrawn.map(([at, [a, b]]) => withdrawal(at, a, b))]);

const byTime = (all: readonly Assertion[]): Assertion[] =>
  [...all].sort((x, y) => x.time - y.time || Number(!!x.withdrawal) - Number(!!y.withdrawal) || (x.id < y.id ? -1 : 1));
const distinct = (all: readonly Assertion[]): Assertion[] => [...new Map(all.map((one) => [one.id, one])).values()];

describe('a withdrawal', () => {
  it('is as if the link had never been asserted until then', () => {
    const recent = fc.integer({ min: 0, max: UNDO - 1 });
    fc.assert(
      fc.property(claims(anyPair, recent), anyPair, recent, claims(anyPair), (before, [a, b], at, after) => {
        const later = after.map(({ time, identities }) => assertion(UNDO + time, ...identities));
        const names = ({ identities }: Assertion): boolean => identities.includes(a) && identities.includes(b);
        const withdrawn = known([...before, withdrawal(at, a, b), ...later]);
        const never = known([...before.filter((one) => !names(one) || one.time > at), ...later]);
        expect(graphsIn(withdrawn, unsettled)).toEqual(graphsIn(never, unsettled));
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
          const unlinked = oneByOne(byTime([...merged, withdrawal(12, l, r)]), settled);
          expect(graphsIn(unlinked, settled)).toEqual(graphsIn(known([...left, ...right]), unsettled));
        },
      ),
    );
  });

  it('does not last beyond the next time that the link is asserted', () => {
    const evidence = known([assertion(1, 'CRMID:l', 'ECID:l'), withdrawal(2, 'CRMID:l', 'ECID:l')]);
    expect(graphsIn(evidence, unsettled)).toEqual([]);
    const again = addAssertions(evidence, [assertion(3, 'CRMID:l', 'ECID:l')], rules, unsettled).evidence;
    expect(graphsIn(again, unsettled)).toEqual([['CRMID:l', 'ECID:l']]);
  });

  it('takes a link out that was settled long ago, and is remembered with its reason', () => {
    const evidence = oneByOne(
      [
        assertion(0, 'CRMID:l', 'ECID:l'),
        assertion(1_000, 'CRMID:l', 'ECID:m'),
        withdrawal(2_000, 'CRMID:l', 'ECID:l'),
        assertion(3_000, 'CRMID:l', 'ECID:n'),
      ],
      settled,
    );
    expect(graphsIn(evidence, settled)).toEqual([['CRMID:l', 'ECID:m', 'ECID:n']]);
    expect(replay(evidence, rules, settled).removed).toMatchObject([
      { a: 'CRMID:l', b: 'ECID:l', at: 2_000, why: 'withdrawn', withdrawal: { reason: 'a mistake' } },
    ]);
  });

  it('keeps an event’s other links', () => {
    const evidence = known([assertion(1, 'CRMID:l', 'ECID:l', 'IDFA:l'), withdrawal(2, 'CRMID:l', 'ECID:l')]);
    const linked = linksOf(evidence, rules, unsettled).map(({ a, b }) => [a, b]);
    expect(linked).toEqual([
      ['CRMID:l', 'IDFA:l'],
      ['ECID:l', 'IDFA:l'],
    ]);
  });
});

describe('evidence with withdrawals', () => {
  it('gives the same graphs in whatever order, pieces and repetitions it comes', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const shuffled = [...all, ...all]
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        expect(graphsIn(oneByOne(shuffled, unsettled), unsettled)).toEqual(graphsIn(known(all), unsettled));
      }),
    );
  });

  it('gives the same graphs when old entries are settled', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const evidence = oneByOne(byTime(distinct(all)), settled);
        const [oldest, newest] = [evidence.assertions[0]?.time ?? 0, evidence.assertions.at(-1)?.time ?? 0];
        expect(newest - oldest).toBeLessThan(WINDOW);
        expect(graphsIn(evidence, settled)).toEqual(graphsIn(known(all), unsettled));
      }),
    );
  });

  it('gives the same graphs when entries come late, as long as they come within the window', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const delayed = distinct(all)
          .map((one) => ({
            one,
            at: one.time + ((numbers.next().value as number) % (one.withdrawal ? WINDOW - UNDO : WINDOW)),
          }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        const { evidence, late } = delayed.reduce(
          (known, one) => {
            const next = addAssertions(known.evidence, [one], rules, settled);
            return { evidence: next.evidence, late: known.late + next.late };
          },
          { evidence: NO_EVIDENCE, late: 0 },
        );
        expect(late).toBe(0);
        expect(graphsIn(evidence, settled)).toEqual(graphsIn(known(all), unsettled));
      }),
    );
  });

  it('gives the same links whether they were looked at on the way or not', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.boolean()), (all, looks) => {
        const looked = byTime(all).reduce((evidence, one) => {
          if (looks.next().value) linksOf(evidence, rules, settled);
          return addAssertions(evidence, [one], rules, settled).evidence;
        }, NO_EVIDENCE);
        const sorted = (links: readonly object[]): string[] => links.map((link) => JSON.stringify(link)).sort();
        const unseen = JSON.parse(JSON.stringify(looked)) as Evidence;
        expect(sorted(linksOf(looked, rules, settled))).toEqual(sorted(linksOf(unseen, rules, settled)));
      }),
    );
  });

  it('gives the same graphs when two sides were kept apart and are joined', () => {
    fc.assert(
      fc.property(claims(pairOf(keysOf('l'))), claims(pairOf(keysOf('r'))), (left, right) => {
        const joined = joinEvidence(known(left, settled), known(right, settled));
        expect(graphsIn(joined, settled)).toEqual(graphsIn(known([...left, ...right]), unsettled));
      }),
    );
  });
});
