import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate, simulationInput } from '#core/identity/simulate.ts';
import { type NaiveSetup, naiveLinking } from '#tests/harness/core/naive-linking.ts';
import { runs } from '#tests/harness/runs.ts';

const NAMESPACES = ['CRMID', 'Email', 'loginID', 'IDFA', 'ECID', 'AAID'];

/** Few values, so that events meet: several people, addresses, logins, devices and browsers. */
const identity = fc
  .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom('1', '2', '3'))
  .map(([namespace, value]) => `${namespace}:${value}`);

const setup: fc.Arbitrary<NaiveSetup> = fc.record({
  namespacePriority: fc.shuffledSubarray(NAMESPACES, { minLength: 3 }),
  uniqueNamespaces: fc.subarray(['CRMID', 'Email', 'loginID']),
  limit: fc.integer({ min: 2, max: 8 }),
  events: fc.array(fc.array(identity, { minLength: 1, maxLength: 4 }), { maxLength: 25 }),
});

const simulated = (input: object) => {
  const { rejections: _, ...result } = simulate(simulationInput.parse(input));
  return result;
};

describe('a simulation', () => {
  it('is what the rules give when they are carried out in the plainest way', () => {
    fc.assert(
      fc.property(setup, (input) => {
        expect(simulated(input)).toEqual(naiveLinking(input));
      }),
      runs(5, 1_000),
    );
  });

  it('takes events in the order of their time, wherever they stand in the file', () => {
    fc.assert(
      fc.property(setup, fc.infiniteStream(fc.nat()), (input, numbers) => {
        const shuffled = input.events
          .map((identities, time) => ({ at: 1_000 * time, identities, place: numbers.next().value as number }))
          .sort((x, y) => x.place - y.place)
          .map(({ at, identities }) => ({ at, identities }));
        const { graphs, withoutGraph, removedLinks } = simulated({ ...input, events: shuffled });
        const expected = naiveLinking(input);
        expect({ graphs, withoutGraph }).toEqual({ graphs: expected.graphs, withoutGraph: expected.withoutGraph });
        const byTime = removedLinks.map(({ atEvent, link }) => ({ atEvent: shuffled[atEvent]!.at / 1_000, link }));
        expect(byTime).toEqual(expected.removedLinks);
      }),
    );
  });

  it('gives events of one instant an order of their own, whatever they are called and however they come', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(setup, instants, fc.infiniteStream(fc.nat()), (input, times, numbers) => {
        const events = input.events.map((identities, n) => ({ at: times[n]!, identities }));
        const shuffled = events
          .map((one) => ({ one, place: numbers.next().value as number }))
          .sort((x, y) => x.place - y.place)
          .map(({ one }) => one);
        const { graphs, withoutGraph } = simulated({ ...input, events });
        const again = simulated({ ...input, events: shuffled });
        expect({ graphs: again.graphs, withoutGraph: again.withoutGraph }).toEqual({ graphs, withoutGraph });
      }),
      runs(5, 500),
    );
  });

  it('never leaves two values of a unique namespace, nor more identities than allowed, in one graph', () => {
    fc.assert(
      fc.property(setup, (input) => {
        for (const graph of simulated(input).graphs) {
          expect(graph.length).toBeGreaterThanOrEqual(2);
          expect(graph.length).toBeLessThanOrEqual(input.limit!);
          const unique = graph.map((key) => key.split(':')[0]!).filter((code) => input.uniqueNamespaces.includes(code));
          expect(new Set(unique).size).toBe(unique.length);
        }
      }),
    );
  });
});
