import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkGraph } from '#core/identity/link-graph.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf } from '#core/identity/linking-rules.ts';
import { replay } from '#core/identity/replay.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { assertion, linkingRules, unlinking } from '#tests/harness/core/factories.ts';
import { runs } from '#tests/harness/runs.ts';

const rules = linkingRules({ limit: 5, unique: ['CRMID', 'Email'] });

const identity = fc
  .tuple(fc.constantFrom('AdCloud', 'CRMID', 'ECID', 'Email', 'IDFA'), fc.constantFrom('1', '2', '3'))
  .map(([namespace, value]): IdentityKey => `${namespace}:${value}`);
const mayAssert = (keys: readonly IdentityKey[]): boolean =>
  ['CRMID', 'Email'].every((code) => keys.filter((key) => key.startsWith(`${code}:`)).length < 2);
const identities = (minLength: number, maxLength: number) =>
  fc.uniqueArray(identity, { minLength, maxLength }).filter(mayAssert);

describe('an event of which links are withdrawn', () => {
  it('is as if it had named only those that it still links', () => {
    const known = fc.array(identities(2, 3), { maxLength: 12 });
    fc.assert(
      fc.property(
        known,
        identities(3, 6),
        fc.nat(4),
        fc.integer({ min: 1, max: 12 }),
        (before, named, split, unlinkReach) => {
          const at = before.length;
          const earlier = before.map((keys, time) => assertion(time, ...keys));
          const [alone, linked] = [named.slice(0, split + 1), named.slice(split + 1)];
          const unlinkings = alone
            .flatMap((a, i) => named.slice(i + 1).map((b) => [a, b].sort() as [string, string]))
            .map(([a, b]) => unlinking(at + 1, a, b));
          const graphs = (asserted: Assertion) => {
            const linkHistory = { ...NO_LINK_HISTORY, assertions: [...earlier, asserted, ...unlinkings] };
            return graphsOf(replay(linkHistory, rules, { unlinkReach: unlinkReach + 1 }).links).map(
              ({ identities }) => identities,
            );
          };
          expect(graphs(assertion(at, ...named))).toEqual(graphs(assertion(at, ...linked)));
        },
      ),
      runs(5, 1_000),
    );
  });
});

describe('a graph of links', () => {
  it('holds no identity that nothing links any more', () => {
    const step = fc.record({ named: identities(2, 4), isUnlinking: fc.boolean(), isUnlinked: fc.func(fc.boolean()) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.boolean(), (steps, undoes) => {
        const graph = new LinkGraph([], rules);
        for (const [time, { named, isUnlinking, isUnlinked }] of steps.entries()) {
          if (isUnlinking) graph.unlink(unlinking(time, named[0]!, named[1]!));
          else graph.apply(assertion(time, ...named), undoes ? { isUnlinked } : {});
          expect(graph.size).toBe(new Set(graph.links().flatMap(({ a, b }) => [a, b])).size);
        }
      }),
    );
  });
});
