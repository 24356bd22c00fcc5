import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseWeighted, drawOf } from '#core/personalisation/split.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `ECID:${n}`);
const weights = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^[a-z]{1,6}$/), weight: fc.integer({ min: 0, max: 100 }) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
);
const isDrawable = (options: readonly { weight: number }[]): boolean => options.some(({ weight }) => weight > 0);

/** Six deviations: it happens by chance once in 500 million draws. */
const within = (found: number, of: number, share: number): boolean =>
  Math.abs(found - of * share) <= 6 * Math.sqrt(of * share * (1 - share)) + 1;

describe('a split', () => {
  it(
    'gives every option its share of people',
    () => {
      fc.assert(
        fc.property(fc.string(), weights.filter(isDrawable), (seed, options) => {
          const people = ids(2_000);
          const sum = options.reduce((all, { weight }) => all + weight, 0);
          const chosen = people.map((id) => chooseWeighted(seed, options, id)!.id);
          for (const { id, weight } of options) {
            const found = chosen.filter((one) => one === id).length;
            expect(within(found, people.length, weight / sum)).toBe(true);
          }
        }),
        runs(0.2, 15),
      );
    },
    timeout,
  );

  it('does not depend on the order of options, nor on how their weights add up', () => {
    fc.assert(
      fc.property(fc.string(), weights, fc.string(), fc.integer({ min: 1, max: 9 }), (seed, options, id, factor) => {
        const other = options.map((one) => ({ ...one, weight: one.weight * factor })).reverse();
        expect(chooseWeighted(seed, other, id)?.id).toBe(chooseWeighted(seed, options, id)?.id);
      }),
      runs(1, 200),
    );
  });

  it(
    'moves people only to options that gain weight against the one that they were in',
    () => {
      fc.assert(
        fc.property(
          fc.string(),
          weights.chain((before) =>
            fc.tuple(
              fc.constant(before),
              fc.tuple(...before.map((one) => fc.integer({ min: 0, max: 100 }).map((weight) => ({ ...one, weight })))),
            ),
          ),
          (seed, [before, after]) => {
            const weightIn = (all: readonly { id: string; weight: number }[], id: string): number =>
              all.find((one) => one.id === id)!.weight;
            for (const id of ids(300)) {
              const [from, to] = [chooseWeighted(seed, before, id)?.id, chooseWeighted(seed, after, id)?.id];
              if (from === undefined || to === undefined || from === to) continue;
              const gained =
                weightIn(after, to) * weightIn(before, from) > weightIn(before, to) * weightIn(after, from);
              expect(gained).toBe(true);
            }
          },
        ),
        runs(0.5, 50),
      );
    },
    timeout,
  );

  it('moves no more than the tenth that is taken from all others, where a share of ten is added', () => {
    const before = [
      { id: 'a', weight: 50 },
      { id: 'b', weight: 50 },
    ];
    const after = [
      { id: 'a', weight: 45 },
      { id: 'b', weight: 45 },
      { id: 'control', weight: 10 },
    ];
    const people = ids(20_000);
    const moved = people.filter((id) => chooseWeighted('x', before, id)!.id !== chooseWeighted('x', after, id)!.id);
    expect(moved.every((id) => chooseWeighted('x', after, id)!.id === 'control')).toBe(true);
    expect(within(moved.length, people.length, 0.1)).toBe(true);
  });

  it('of two activities knows nothing of one another', () => {
    const options = [
      { id: 'a', weight: 50 },
      { id: 'b', weight: 50 },
    ];
    const people = ids(10_000);
    const both = people.filter(
      (id) => chooseWeighted('x', options, id)!.id === 'a' && chooseWeighted('y', options, id)!.id === 'a',
    );
    expect(within(both.length, people.length, 0.25)).toBe(true);
  });

  it('is the same for ever: who saw an experience sees it again after an upgrade', () => {
    const options = ['a', 'b', 'c'].map((id) => ({ id, weight: 1 }));
    expect(
      ids(12)
        .map((id) => chooseWeighted('banner', options, id)!.id)
        .join(''),
    ).toMatchInlineSnapshot(`"ccbabbcbcaaa"`);
    expect(drawOf('banner#traffic', 'ECID:38279471055512904671042733315590217744')).toMatchInlineSnapshot(
      `0.5488250624501543`,
    );
  });
});
