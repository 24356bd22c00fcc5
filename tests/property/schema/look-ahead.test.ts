import { fc, test } from '@fast-check/vitest';
import { describe, expect, it, vi } from 'vitest';
import { compileLookAhead } from '#core/schema/look-ahead.ts';
import { runs } from '#tests/harness/runs.ts';

const ATOMS = ['a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\S', '^', '$', '\\b', '\\B', '[\\d\\]-]', '\\.', '\\x61'];
const SMILE = '\u{1f600}';
const IN_UNICODE = [
  SMILE,
  `[${SMILE}a]`,
  '\\u{61}',
  '\\u{1f600}',
  '\\ud83d\\ude00',
  '\\ud83d',
  '\\ude00',
  '\\p{L}',
  '\\P{L}',
];
/** What only patterns without the flag have. The first is a `_`, and makes a pattern one of these. */
const IN_UNITS = [
  '\\_',
  SMILE,
  '\\ud83d',
  '\\ude00',
  '\\0',
  'x{',
  'a{,2}',
  '}',
  '\\01',
  '(?:\\u{2})',
  '\\p',
  ']',
  '[^\\_a]',
  '\\u',
];

/** Patterns over a small alphabet, with everything that is understood. */
const patternsOf = (atoms: readonly string[], isNotRepeatable: RegExp): fc.Arbitrary<string> =>
  fc.letrec<{ pattern: string; atom: string; quantified: string; sequence: string }>((tieBreaker) => ({
    atom: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(...atoms),
      tieBreaker('pattern').map((inside) => `(${inside})`),
      tieBreaker('pattern').map((inside) => `(?:${inside})`),
      tieBreaker('pattern').map((inside) => `(?=${inside})`),
      tieBreaker('pattern').map((inside) => `(?!${inside})`),
    ),
    quantified: fc
      .tuple(tieBreaker('atom'), fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}'))
      .map(([atom, quantifier]) => (isNotRepeatable.test(atom) ? atom : atom + quantifier)),
    sequence: fc.array(tieBreaker('quantified'), { maxLength: 4 }).map((parts) => parts.join('')),
    pattern: fc.array(tieBreaker('sequence'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
  })).pattern;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '.', ' ', ']', '_', '\u0001', SMILE, '\ud83d', '\ude00'),
  maxLength: 6,
});
const texts = fc.array(text, { minLength: 1, maxLength: 5 });

/**
 * Whether a pattern matches anywhere, by ECMA-262 (RegExpBuiltinExec): it is tried at the beginning of each character,
 * one after the other. The engine's own search also tries it between the two halves of a character, where nothing
 * begins (of V8, `/(?!.)/u.exec('\u{1f600}').index` is 1), so it is told each place where to try.
 */
function matchesSomewhere(source: string, flags: 'u' | '', text: string): boolean {
  const here = new RegExp(source, `${flags}y`);
  const characters = flags === 'u' ? [...text] : text.split('');
  let at = 0;
  for (const character of [...characters, '']) {
    here.lastIndex = at;
    if (here.test(text)) return true;
    at += character.length;
  }
  return false;
}

function expectSameAnswers(source: string, flags: 'u' | '', all: readonly string[]): void {
  const compiled = compileLookAhead(source);
  for (const one of all)
    expect(compiled.test(one), `${source} on ${JSON.stringify(one)}`).toBe(matchesSomewhere(source, flags, one));
}

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
  test.prop([patternsOf([...ATOMS, ...IN_UNICODE], /^(\^|\$|\\[bB]|\(\?[=!])/), texts], runs(5, 1_000))(
    'matches the texts that ECMA-262 says it does',
    (source, all) => {
      fc.pre(source.length < 100);
      expectSameAnswers(source, 'u', all);
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

  test.prop([patternsOf([...ATOMS, ...IN_UNITS], /^(\^|\$|\\[bB])/), texts], runs(5, 1_000))(
    'goes by the halves of characters where it is a pattern in that way only',
    (source, all) => {
      fc.pre(source.length < 100);
      expectSameAnswers(`(?:${source}|\\_\\_)`, '', all);
    },
  );

  it.each([
    ['(?!(?:.)*$)', SMILE, false],
    ['(?!.)', `a${SMILE}b`, true],
    ['^(?!b)\\ud83d\\ude00$', SMILE, true],
    ['^(?!b)[^a\\_]+$', SMILE, true],
    ['^(?!b)\\_?..$', SMILE, true],
  ])('says of characters with two halves what ECMA-262 says: %s', (source, one, expected) => {
    expect(compileLookAhead(source).test(one)).toBe(expected);
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
