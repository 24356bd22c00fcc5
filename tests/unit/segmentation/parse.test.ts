import { describe, expect, it } from 'vitest';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';

const canonical = (text: string): string => formatPql(parsePql(text));

function errorOf(text: string): PqlError {
  try {
    parsePql(text);
  } catch (error) {
    if (error instanceof PqlError) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

describe('parsing PQL', () => {
  it.each([
    ['case-insensitive existence over items', 'exists I from E.productListItems where I.name.equals("shirt", false)'],
    ['a sum in a window', 'xEvent[timestamp occurs < 7 days before now].sum(commerce.order.priceTotal) > 100'],
    ['groups', 'xEvent.groupBy(product).map((K, G) => mapEntry(K, G.count()))'],
    [
      'a chain',
      'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "x") WHEN(<= 24 hours before now) COUNT(5), C1: WHAT(a = 1) WHEN(> 1 day after A)])',
    ],
    ['the input by number', '$1.homeAddress.stateProvince = $1.workAddress.stateProvince'],
    ['the input by name', '(Profile) => Profile.a = Profile.b'],
    ['a let', 'let S = (xEvent.sum(price)) in S > 100 and S < 1000'],
    ['a scope further out', 'orders[total > ^.limit].count() > 1'],
    ['periods', 'a occurs on last month or a occurs before this year'],
    ['a range', 'a occurs between date(2015, 1, 8) and date(2017, 7, 1)'],
    ['odd names', '`xdm:name`._id.`two words` = "x"'],
  ])('understands %s, and writes it back', (_, text) => {
    expect(canonical(text)).toBe(text);
  });

  it.each([
    [
      'WHERE for WHAT in a step',
      'CHAIN(xEvent, timestamp, [A: WHERE(a = 1)])',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1)])',
    ],
    [
      'both in a step',
      'CHAIN(xEvent, timestamp, [A: WHERE(b = 2) WHAT(a = 1)])',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1 and b = 2)])',
    ],
    ['":" for where', 'exists A from xs : A.x = 1', 'exists A from xs where A.x = 1'],
    ['functions for methods', 'count(xs) > 1 and sum(xs, price) > 2', 'xs.count() > 1 and xs.sum(price) > 2'],
    [
      'an aggregate over a selection',
      'sum X.price over X from xs where X.a = 1',
      '(select X from xs where X.a = 1).sum((X) => X.price)',
    ],
    ['a condition as a filter', 'xs.filter(a = 1).count() > 1', 'xs[a = 1].count() > 1'],
    ['"!" for not', '!(a = 1)', 'not a = 1'],
    [
      'several variables',
      'exists E from xs where E.a = 1, I from E.items where I.b = 2',
      'exists E from xs where E.a = 1 and (exists I from E.items where I.b = 2)',
    ],
    [
      'existence as a method',
      'items.exists(name.equals("a", false))',
      'exists Item from items[name.equals("a", false)]',
    ],
    ['existence as a method without a condition', 'items.exists()', 'exists Item from items'],
    ['existence with a name for the item', 'items.exists((I) => I.a = 1)', 'exists Item from items[(I) => I.a = 1]'],
    ['what is so of all as a method', 'items.forall(a = 1)', 'not (exists Item from items[not a = 1])'],
    ['a selection as a rule', 'select E from xEvent where E.a = 1', 'exists E from xEvent where E.a = 1'],
    [
      'a selection beside a condition',
      'vip = true and (select E from xEvent where E.a = 1)',
      'vip = true and (exists E from xEvent where E.a = 1)',
    ],
    [
      'a filtered list as a rule',
      'xs[a = 1] and not ys.filter(b = 2)',
      '(exists Item from xs[a = 1]) and not (exists Item from ys[b = 2])',
    ],
    ['a selection that must be empty', 'not (select E from xEvent)', 'not (exists E from xEvent)'],
    [
      'a selection in a condition on items',
      'xs[select I from items].count() = 1 and (exists E from xs where (select I from E.items))',
      'xs[exists I from items].count() = 1 and (exists E from xs where exists I from E.items)',
    ],
    [
      'a selection by several variables',
      '(select E from xs where E.a = 1, I from E.items where I.b = 2).count() = 1',
      '(select E from xs where E.a = 1 and (exists I from E.items where I.b = 2)).count() = 1',
    ],
    ['"from" for after', 'a occurs <= 3 days from now', 'a occurs <= 3 days after now'],
    ['a period without "on"', 'a occurs today', 'a occurs on today'],
    [
      'a chain in small letters',
      'chain(xEvent, timestamp, [A: what(a = 1)])',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1)])',
    ],
    ['irregular plurals', 'a occurs < 2 centuries before now', 'a occurs < 2 century before now'],
    ['single quotes, comments and line ends', "a = 'x' // so\n and b = 2", 'a = "x" and b = 2'],
    [
      'escapes, and those of regular expressions',
      String.raw`a.matches("@(\w+)\u0041\n")`,
      String.raw`a.matches("@(\\w+)A\n")`,
    ],
    ['== and <>', 'a == 1 or b <> 2', 'a = 1 or b != 2'],
  ])('takes %s', (_, text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    ['and before or', 'a or b and c', 'a or (b and c)'],
    ['not before and', 'not a and b', 'not a and b'],
    ['comparison before not', 'not a = b', 'not a = b'],
    ['product before sum', 'a + b * c - d', '(a + (b * c)) - d'],
    ['where to the end', 'exists A from xs where a and b or c', 'exists A from xs where (a and b) or c'],
  ])('binds %s', (_, text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    [
      'fields called like words of the language',
      'commerce.order.from = 1 and x.count = 2 and x.last.in = 3 and today.x = 1',
    ],
    ['units as names', 'days > 3 and this.day = 1'],
  ])('lets %s be', (_, text) => {
    expect(canonical(text)).toBe(text);
  });
});

describe('a mistake in PQL', () => {
  it('is shown with its line and a caret', () => {
    expect(errorOf('a = 1 and\n  b occurs <= 3 blah before now').render()).toBe(
      [
        'unexpected blah in a time condition (line 2, column 17)',
        '  b occurs <= 3 blah before now',
        '                ^',
        'expected a unit, such as days or hours',
      ].join('\n'),
    );
  });

  it.each([
    ['nothing', '', 1, 1],
    ['an operand that is missing', 'a and', 1, 6],
    ['a bracket that stays open', 'xEvent[a = 1', 1, 13],
    ['a text without an end', 'a = "x', 1, 5],
    ['an unknown method', 'a.foo(1)', 1, 3],
    ['an unknown function', 'foo(1)', 1, 1],
    ['too few arguments', 'a.startsWith()', 1, 3],
    ['a character of no meaning', 'a # b', 1, 3],
    ['something left over', 'a = 1 b', 1, 7],
    ['a fraction of days', 'a occurs < 1.5 days before now', 1, 12],
    ['two steps of one name', 'CHAIN(xEvent, timestamp, [A: WHAT(a), A: WHAT(b)])', 1, 39],
    ['a chain in another order', 'CHAIN(xEvent, price, [A: WHAT(a)])', 1, 15],
    ['a step that says nothing', 'CHAIN(xEvent, timestamp, [A: ])', 1, 30],
    ['a count below none', 'CHAIN(xEvent, timestamp, [A: COUNT(-1)])', 1, 36],
    ['a field that is no field', 'a.__proto__ = 1', 1, 3],
    ['a number that is none', 'a > 1e999', 1, 5],
  ])('is found where it is: %s', (_, text, line, column) => {
    const error = errorOf(text);
    expect([error.line, error.column]).toEqual([line, column]);
  });

  it.each([
    ['a = 1 AND b = 2', 'and'],
    ['xEvent[a = 1 Or b = 2].count() > 1', 'or'],
    ['NOT a = 1', 'not'],
    ['a NotIn [1]', 'notIn'],
    ['EXISTS E FROM xEvent WHERE E.a = 1', 'exists'],
    ['exists E from xEvent WHERE E.a = 1', 'where'],
    ['a OCCURS today', 'occurs'],
    ['a occurs <= 3 DAYS before now', 'days'],
    ['a occurs <= 3 days BEFORE now', 'before'],
    ['INSEGMENT("x")', 'inSegment'],
    ['a.StartsWith("x")', 'startsWith'],
  ])('is a word in other letters: %s', (text, word) => {
    expect(errorOf(text).hint).toBe(`did you mean ${word}? Upper and lower case matter`);
  });

  it('cuts long lines around the place', () => {
    const rendered = errorOf(`${'a = 1 and '.repeat(100)} #`).render();
    expect(rendered.split('\n')[1]!.length).toBeLessThanOrEqual(160);
    expect(rendered.split('\n')[2]).toMatch(/^ {80}\^$/);
  });

  it.each([
    ['length', 'a'.repeat(65_537)],
    ['nesting', `${'('.repeat(70)}a${')'.repeat(70)}`],
    ['nesting of not', `${'not '.repeat(70)}a`],
    ['nesting without parentheses', Array.from({ length: 70 }, () => 'a').join(' + ')],
    ['size', Array.from({ length: 10_001 }, () => 'a').join(' or ')],
    ['steps', `CHAIN(xEvent, timestamp, [${Array.from({ length: 17 }, (_, i) => `S${i}: WHAT(a)`).join(', ')}])`],
  ])('may be its %s', (_, text) => {
    expect(errorOf(text).expected).toMatch(/at most/);
  });

  it('is not a thousand conditions side by side', () => {
    expect(parsePql(Array.from({ length: 1000 }, (_, i) => `a = ${i}`).join(' or ')).kind).toBe('logical');
  });
});
