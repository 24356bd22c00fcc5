import fc from 'fast-check';
import { chain, rule, timeCondition } from './generators.ts';

/**
 * Rules with the parts of the language that the naive evaluator does not know: what the engine makes of them is compared
 * with what it makes of them from scratch.
 */

const condition = fc.oneof(
  fc.constantFrom(
    'kind = "a"',
    'kind in ["a", "b"]',
    'kind like "%b%"',
    'size > 1',
    'not (kind = "c")',
    'kind.matches("[ab]")',
    'price * 2 > size + 1',
    'timestamp <= now - 1 day',
    'if(size > 1, price > 1, kind = "a")',
  ),
  timeCondition().map((when) => `timestamp occurs ${when}`),
  fc
    .tuple(fc.constantFrom('a', 'b', 'c'), timeCondition())
    .map(([k, when]) => `kind = "${k}" and timestamp occurs ${when}`),
);

const sign = fc.constantFrom('<', '<=', '>', '>=', '=', '!=');

const aggregate = fc
  .tuple(
    condition,
    fc.constantFrom(
      'sum(size)',
      'min(price)',
      'max(price)',
      'average(size)',
      'count()',
      'map((E) => E.kind).distinct().count()',
      'groupBy(kind).count()',
      'topN(price, 2).sum(size)',
      'head().size',
      'max(timestamp).getDayOfMonth()',
    ),
    sign,
    fc.constantFrom(0, 1, 2, 10),
  )
  .map(([which, what, how, limit]) => `xEvent[${which}].${what} ${how} ${limit}`);

const twoSums = fc
  .tuple(condition, condition, sign)
  .map(([one, other, how]) => `xEvent[${one}].count() ${how} xEvent[${other}].count()`);

const named = fc
  .tuple(condition, condition)
  .map(
    ([one, other]) =>
      `let L = xEvent[${one}] in L.count() > 1 or exists E from xEvent[${other}] where E.size = L.count()`,
  );

const attributes = fc.constantFrom(
  'tier.startsWith("g")',
  'tier.isNull()',
  'currentDayOfMonth() > 15',
  '(renewal occurs <= 1 month after now) or tier = "gold"',
  'renewal.getMonth() = currentMonth()',
  'identityMap.ecid.count() > 0 and tier = "gold"',
);

export const wideRule: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: rule },
  { weight: 3, arbitrary: chain },
  { weight: 3, arbitrary: aggregate },
  { weight: 1, arbitrary: twoSums },
  { weight: 1, arbitrary: named },
  { weight: 1, arbitrary: attributes },
  { weight: 2, arbitrary: fc.tuple(aggregate, attributes).map(([a, b]) => `(${a}) and (${b})`) },
  { weight: 2, arbitrary: fc.tuple(aggregate, chain).map(([a, b]) => `(${a}) or not (${b})`) },
);

/** Up to three rules and, sometimes, one that is built on them. */
export const definitions: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(
    fc.array(wideRule, { minLength: 1, maxLength: 3 }),
    fc.option(fc.constantFrom('inSegment("s0")', 'not inSegment("s0")', 'inSegment("s0") and tier = "gold"'), {
      nil: undefined,
    }),
  )
  .map(([texts, built]) => ({
    ...Object.fromEntries(texts.map((text, index) => [`s${index}`, text])),
    ...(built !== undefined && { built }),
  }));
