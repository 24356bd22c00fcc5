import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
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

  it.each(['(?=a)(a+)+$', '(?!b)(a|aa)*$', '(?=(a*)*b)a', '(?!x)(a*)*(a*)*(a*)*$', '((?=(a|b|a|b|.){9,90}).)*x'])(
    'never takes long: %s',
    (source) => {
      const started = performance.now();
      compileLookAhead(source).test(`${'a'.repeat(500)}!`);
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );

  it.each(['(?<=a)b', '(?<!a)b', '(?=a)(a)\\1', '(?=a)(?<x>a)\\k<x>', '(?=a', '(?=a)(b{999}){999}'])(
    'is rejected when it can\u2019t be sure to end, or is none: %s',
    (source) => expect(() => compileLookAhead(source)).toThrow(),
  );

  it('does not match text that is too long to look at', () => {
    expect(compileLookAhead('(?=a)').test('a'.repeat(513))).toBe(false);
    expect(compileLookAhead('a').test('a'.repeat(8_193))).toBe(false);
  });
});
