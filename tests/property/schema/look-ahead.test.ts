import { fc, test } from '@fast-check/vitest';
import { describe, expect, it, vi } from 'vitest';
import { compileLookAhead } from '#core/schema/look-ahead.ts';

/** Patterns over a small alphabet, with everything that is understood. */
const { pattern } = fc.letrec<{ pattern: string; atom: string; quantified: string; sequence: string }>(
  (tieBreaker) => ({
    atom: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        'a',
        'b',
        '.',
        '[ab]',
        '[^a]',
        '\\d',
        '\\w',
        '^',
        '$',
        '\\b',
        '\\B',
        '\\u{61}',
        '[\\d\\]-]',
        '\\.',
      ),
      tieBreaker('pattern').map((inside) => `(${inside})`),
      tieBreaker('pattern').map((inside) => `(?:${inside})`),
      tieBreaker('pattern').map((inside) => `(?=${inside})`),
      tieBreaker('pattern').map((inside) => `(?!${inside})`),
    ),
    quantified: fc
      .tuple(tieBreaker('atom'), fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}'))
      .map(([atom, quantifier]) => (/^(\^|\$|\\[bB]|\(\?[=!])/.test(atom) ? atom : atom + quantifier)),
    sequence: fc.array(tieBreaker('quantified'), { maxLength: 4 }).map((parts) => parts.join('')),
    pattern: fc.array(tieBreaker('sequence'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
  }),
);
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', ' ', ']', '\u{1f600}'), maxLength: 6 });

/** How often `run` asks whether a character fits: a pattern asks the engine's expressions one character at a time. */
function characterTests(run: () => void): number {
  const { test } = RegExp.prototype;
  let count = 0;
  const spy = vi.spyOn(RegExp.prototype, 'test').mockImplementation(function (this: RegExp, character) {
    count += 1;
    if (count > 10_000_000) throw new Error('the pattern does not come to an end');
    return test.call(this, character);
  });
  try {
    run();
  } finally {
    spy.mockRestore();
  }
  return count;
}

describe('a pattern that looks ahead', () => {
  test.prop([pattern, fc.array(text, { minLength: 1, maxLength: 5 })], { numRuns: 1_000 })(
    'matches what the engine of the language says it does',
    (source, texts) => {
      fc.pre(source.length < 100);
      // The engine also looks between the halves of a character, where there is no border of a word.
      fc.pre(!(/\\b/i.test(source) && texts.some((one) => /[\u{10000}-\u{10ffff}]/u.test(one))));
      const compiled = compileLookAhead(source);
      const expected = new RegExp(source, 'u');
      for (const one of texts)
        expect(compiled.test(one), `${source} on ${JSON.stringify(one)}`).toBe(expected.test(one));
    },
  );

  it.each([
    '(?=(a(?=a*!))*b)a',
    '(?=a)(a+)+$',
    '(?!b)(a|aa)*$',
    '(?=(a*)*b)a',
    '(?!x)(a*)*(a*)*(a*)*$',
    '((?=(a|b|a|b|.){9,90}).)*x',
  ])('takes as many steps as the square of the text at most: %s', (source) => {
    const pattern = compileLookAhead(source);
    const stepsFor = (length: number): number => characterTests(() => pattern.test(`${'a'.repeat(length)}!`));
    expect(stepsFor(10)).toBeGreaterThan(0);
    expect(stepsFor(500)).toBeLessThan(4.5 * stepsFor(250));
  });

  it.each(['(?<=a)b', '(?<!a)b', '(?=a)(a)\\1', '(?=a)(?<x>a)\\k<x>', '(?=a', '(?=a)(b{999}){999}'])(
    'is rejected when it can\u2019t be sure to end, or is none: %s',
    (source) => expect(() => compileLookAhead(source)).toThrow(),
  );

  it('does not match text that is too long to look at', () => {
    expect(compileLookAhead('(?=a)').test('a'.repeat(513))).toBe(false);
    expect(compileLookAhead('a').test('a'.repeat(8_193))).toBe(false);
  });
});
