import { afterAll, describe, expect, it } from 'vitest';
import { growth, startCounting } from '#tests/harness/steps.ts';

// Only what is imported after this is counted.
const counter = startCounting();
afterAll(() => counter.stop());
const { parsePql } = await import('#core/segmentation/pql/parse/parse.ts');
const { formatPql } = await import('#core/segmentation/pql/parse/format.ts');
const { segmentReferences } = await import('#core/segmentation/pql/check/segment-references.ts');
const { doubtsOfFields, problemsOfFields } = await import('#core/segmentation/pql/check/fields.ts');
const { fieldTree } = await import('#core/schema/field-tree.ts');
const { PROFILE_CLASS } = await import('#core/schema/definition.ts');
const { event, NOW, profile, segments } = await import('../segmentation/factories.ts');

/** Four times the size may take four times the steps, and a little more for what is sorted or done by halves. */
const LINEAR = 1.35;
const SIZE = 1_500;

const many = <T>(size: number, make: (i: number) => T): T[] => Array.from({ length: size }, (_, i) => make(i));

describe('reading PQL takes steps for each character once', () => {
  const PARTS = [
    ...[
      '(',
      '[',
      'a ',
      'a.',
      '.',
      ',',
      '1 ',
      '1',
      '1.',
      '-',
      '!',
      'not ',
      '^',
      '^.',
      '"',
      "'",
      '`',
      '\\',
      '"\\',
      '//',
      '/',
      '\n',
    ],
    ...[
      ' ',
      '\u00a0',
      'a = 1 or ',
      'a + ',
      'a.b(',
      'a[',
      'x in ',
      '[1,',
      'exists E from ',
      'let x = ',
      'if(',
      '(a) => ',
      '1 day ',
    ],
    ...[
      '"a" ',
      '"\\u0041',
      'a occurs 1 day before ',
      'sum x over ',
      'CHAIN(xEvent, timestamp, [',
      'A: WHAT(',
      '=',
      '1e',
      '😀',
    ],
  ];
  const ENDINGS = ['', 'a', ')', '"', '#'];

  it.each(PARTS)('%j', (part) => {
    const textsOf = (size: number): string[] =>
      ENDINGS.map((ending) => part.repeat(Math.ceil(size / part.length)) + ending);
    const factor = growth(counter, SIZE, textsOf, (texts) => {
      for (const text of texts) {
        try {
          parsePql(text);
        } catch (error) {
          (error as { render?: () => string }).render?.();
        }
      }
    });
    expect(factor).toBeLessThan(LINEAR);
  });
});

describe('a long rule', () => {
  const fields = Object.fromEntries(many(50, (i) => [`f${i}`, { enum: ['a', 'b'] }]));
  const union = fieldTree(
    [{ $id: 'x', 'meta:class': PROFILE_CLASS, type: 'object', descriptors: [], properties: fields }],
    new Map(),
  );
  const LONG: Readonly<Record<string, (size: number) => string>> = {
    'of many conditions': (size) => many(size, (i) => `f${i % 50} = "c${i}"`).join(' or '),
    'of many wrong fields': (size) => many(size, (i) => `g${i} = 1`).join(' and '),
    'of a long list': (size) => `f1 in [${many(size, (i) => `"c${i}"`).join(', ')}]`,
    'of a long list of numbers': (size) => `f1 in [${many(size, (i) => `${i}`).join(', ')}]`,
    'of many segments': (size) => many(size, (i) => `inSegment("s${i}")`).join(' or '),
    'of many variables': (size) => many(size, (i) => `(exists E${i} from xEvent where E${i}.n = ${i})`).join(' or '),
    'of many windows': (size) =>
      many(size, (i) => `(xEvent[n = ${i} and timestamp occurs <= ${i + 1} days before now].count() > 1)`).join(' or '),
    'of a long path': (size) => `${many(size, (i) => `a${i}`).join('.')} = 1`,
    'of one long text': (size) => `a = "${'x'.repeat(20 * size)}"`,
  };

  it.each(Object.entries(LONG))('%s is parsed, checked and written back in steps for each part once', (_, make) => {
    const factor = growth(counter, 100, make, (text) => {
      const expression = parsePql(text);
      const unions = { profile: union, event: union };
      problemsOfFields(expression, unions);
      doubtsOfFields(expression, unions);
      segmentReferences(expression);
      formatPql(expression);
    });
    expect(factor, 'it is not cut short').toBeGreaterThan(0.6);
    expect(factor).toBeLessThan(LINEAR);
  });

  it.each(Object.entries(LONG).filter(([name]) => name !== 'of many segments'))(
    '%s is compiled and evaluated so, too',
    (_, make) => {
      const person = profile([event(NOW, { n: 1 })], { a: 'x', f1: 'c7' });
      const factor = growth(counter, 100, make, (text) => {
        const set = segments({ one: text });
        set.evaluate(person, NOW);
        set.nextChange(person, NOW);
      });
      expect(factor, 'it is not cut short').toBeGreaterThan(0.6);
      expect(factor).toBeLessThan(LINEAR);
    },
  );

  it('is one of many that are compiled together', () => {
    const texts = (size: number): Record<string, string> =>
      Object.fromEntries(
        many(size, (i) => [`s${i}`, i === 0 ? 'a = 1' : `inSegment("s${i - 1}") and xEvent[n = ${i}].count() > 0`]),
      );
    expect(growth(counter, 100, texts, (all) => segments(all))).toBeLessThan(LINEAR);
  });
});

describe('evaluating a rule takes steps for each item once', () => {
  const RULES = [
    'xs.intersects(zs) or xs.intersection(zs).count() > 1',
    'xs.intersection(ys).count() > 1',
    'xs.subsetOf(ys) and xs.supersetOf(ys)',
    'xs = ys and xs != zs',
    '"none" in zs or xs.head() in zs',
    'xs.distinct().count() = 1',
    'xs.includes("none")',
    'xEvent.map(n).distinct().count() = 1',
    'xEvent.groupBy(n).map((K, G) => mapEntry(K, G.count())).values().max() > 2',
    'xEvent.topN(n, 10).count() = 1 or xEvent.bottomN(n, 10).count() = 1',
    'xEvent.sum(n) < 0 or xEvent.average(n) < 0 or xEvent.min(n) > 1',
    'xEvent[n > 5].count() = 1 or xEvent.exists(n = -1)',
    'xEvent.intersection(xEvent).count() = 1',
    'CHAIN(xEvent, timestamp, [A: WHAT(n >= 0), B: WHAT(n < 0)])',
    'xEvent[timestamp occurs <= 1000 days before now].count() = 1',
    'text.contains("nothing") or text.matches("^(a+)+$") or text like "%a%a%a_b"',
    'text.equals("A", false) or text.startsWith("b") or text.regexGroup("(a*)*b", 1) = "x"',
  ];

  const item = (i: number): unknown => (i % 3 ? `x${i}` : { i, j: [i] });

  it.each(RULES)('%s', (rule) => {
    const set = segments({ one: rule });
    const person = (size: number) =>
      profile(
        many(size, (i) => event(NOW - i * 1_000, { n: i % 2 ? i : 0 })),
        {
          xs: many(size, (i) => item(i)),
          ys: many(size, (i) => item(size - 1 - i)),
          zs: many(size, (i) => item(size + i)),
          text: 'a'.repeat(size),
        },
      );
    const factor = growth(counter, SIZE, person, (of) => {
      set.evaluate(of, NOW);
      set.nextChange(of, NOW);
    });
    expect(factor, 'it is not cut short').toBeGreaterThan(0.6);
    expect(factor).toBeLessThan(LINEAR);
  });
});
