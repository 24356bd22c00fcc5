import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAssertions, joinLinkHistories, linksOf } from '#core/identity/add-assertions.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf } from '#core/identity/linking-rules.ts';
import { assertion, ecid, linkingRules } from '#tests/harness/core/factories.ts';

const rules = linkingRules({ limit: 6 });
const graphsIn = (linkHistory: typeof NO_LINK_HISTORY): readonly (readonly string[])[] =>
  graphsOf(linksOf(linkHistory, rules)).map(({ identities }) => identities);

const identity = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map(ecid),
  fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd'),
  fc.constantFrom('Email:a@x.org', 'Email:b@x.org', 'IDFA:A'),
);
const history = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.uniqueArray(identity, { minLength: 2, maxLength: 3 })), {
    maxLength: 25,
  })
  .map((events) => events.map(([time, identities]) => assertion(time, ...identities.sort())))
  .map((assertions) =>
    assertions.filter(({ identities }) => identities.filter((key) => key.startsWith('CRMID')).length < 2),
  );

const added = (assertions: readonly Assertion[]) => addAssertions(NO_LINK_HISTORY, assertions, rules).linkHistory;

describe('linkHistory', () => {
  it('gives the same graphs in whatever order, pieces and repetitions the assertions come', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (assertions, numbers) => {
        const shuffled = assertions
          .flatMap((one) => [one, one])
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        const piecewise = shuffled.reduce(
          (linkHistory, one) => addAssertions(linkHistory, [one], rules).linkHistory,
          NO_LINK_HISTORY,
        );
        expect(graphsIn(piecewise)).toEqual(graphsIn(added(assertions)));
      }),
    );
  });

  it('gives the same graphs when two sides were kept apart and are joined', () => {
    fc.assert(
      fc.property(history, history, (left, right) => {
        const known = new Set(left.map(({ id }) => id));
        const other = right.filter(({ id }) => !known.has(id));
        expect(graphsIn(joinLinkHistories(added(left), added(other)))).toEqual(graphsIn(added([...left, ...other])));
      }),
    );
  });

  it('never has two values of a unique namespace, nor more identities than allowed, in one graph', () => {
    fc.assert(
      fc.property(history, (assertions) => {
        for (const identities of graphsIn(added(assertions))) {
          expect(identities.length).toBeLessThanOrEqual(6);
          expect(identities.filter((key) => key.startsWith('CRMID')).length).toBeLessThan(2);
        }
      }),
    );
  });

  it('stays small, and keeps the graphs of assertions that come in order', () => {
    const limits = { lateness: 100, unlinkReach: 90, many: 10, most: 40 };
    const logins = Array.from({ length: 500 }, (_, n) => assertion(n * 10, `CRMID:${n % 3}`, ecid(n % 2)));
    const linkHistory = logins.reduce(
      (known, one) => addAssertions(known, [one], rules, limits).linkHistory,
      NO_LINK_HISTORY,
    );
    expect(linkHistory.assertions.length).toBeLessThanOrEqual(40);
    expect(graphsIn(linkHistory)).toEqual(graphsIn(added(logins)));
  });
});
