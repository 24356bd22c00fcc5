import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Block, Test, Where, Window } from '#core/segmentation/blocks/model.ts';
import { AGGREGATES, COMPARISONS, TEXT_OPERATORS } from '#core/segmentation/blocks/model.ts';
import { pqlOf } from '#core/segmentation/blocks/print.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { wordsOf } from '#core/segmentation/blocks/words.ts';
import { runs } from '#tests/harness/runs.ts';

const path = fc.constantFrom(
  'loyalty.tier',
  'person.name.lastName',
  '_riverbend.storeId',
  'eventType',
  'loyalty.`x y`',
  'a.in',
);
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const number = fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.constantFrom(0.5, -2.25));
const value = fc.oneof(text, number, fc.boolean());
const amount = fc.integer({ min: 1, max: 90 });
const unit = fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'year') as fc.Arbitrary<'day'>;
const op = fc.constantFrom(...COMPARISONS);

const anyTest: fc.Arbitrary<Test> = fc.oneof(
  fc.record({ path, op, values: fc.tuple(value) }),
  fc.record({ path, op, values: fc.tuple(number), counted: fc.constant(true as const) }),
  fc.record({ path, op: fc.constantFrom('matches' as const, ...TEXT_OPERATORS), values: fc.tuple(text) }),
  fc.record({
    path,
    op: fc.constantFrom(...TEXT_OPERATORS),
    values: fc.tuple(text),
    caseSensitive: fc.constant(false),
  }),
  fc.record({
    path,
    op: fc.constantFrom('in' as const, 'notIn' as const, 'notInOrUnknown' as const),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ path, op: fc.constantFrom('known' as const, 'unknown' as const), values: fc.constant([]) }),
);
const anyWhere: fc.Arbitrary<Where> = fc
  .record({ join: fc.constantFrom('all' as const, 'any' as const), tests: fc.array(anyTest, { maxLength: 3 }) })
  // One test, or none, is joined in no way that could be seen.
  .map((where) => (where.tests.length < 2 ? { ...where, join: 'all' as const } : where));
const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const anyWindow: fc.Arbitrary<Window> = fc.oneof(
  fc.constant({ is: 'ever' as const }),
  fc.record({ is: fc.constantFrom('last' as const, 'olderThan' as const), amount, unit }),
  fc.record({ is: fc.constant('between' as const), from: amount, to: amount, unit }),
  fc.record({ is: fc.constant('on' as const), when: fc.constantFrom('today', 'yesterday', 'this month', 'last year') }),
  fc.record({ is: fc.constant('dates' as const), from: day, to: day }),
);
const anyMeasure = fc.oneof(
  fc.record({ fn: fc.constant('count' as const), op, value: fc.nat({ max: 9 }) }),
  fc.record({ fn: fc.constantFrom(...AGGREGATES), path, op, value: number }),
);
const one: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('attribute' as const), test: anyTest }),
  fc.record({ kind: fc.constant('event' as const), where: anyWhere, window: anyWindow, measure: anyMeasure }),
  fc.record({
    kind: fc.constant('event' as const),
    name: fc.constantFrom('E', 'Order'),
    where: anyWhere,
    window: anyWindow,
    measure: fc.record({ fn: fc.constantFrom('some' as const, 'none' as const) }),
  }),
  fc.record({
    kind: fc.constant('sequence' as const),
    steps: fc
      .array(
        fc.record({
          where: anyWhere,
          count: fc.nat({ max: 3 }),
          within: fc.option(fc.record({ amount, unit }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 3 },
      )
      .map((steps) => steps.map((step, i) => ({ ...step, name: 'ABC'[i]! }))),
  }),
  fc.record({ kind: fc.constant('membership' as const), audience: text, in: fc.boolean() }),
);
/** Groups of two or more, never one of the same join in another, which PQL does not tell apart. */
const group = (join: 'all' | 'any', depth: number): fc.Arbitrary<Block> =>
  fc.record({
    kind: fc.constant('group' as const),
    join: fc.constant(join),
    not: fc.constant(false),
    items: fc.array(depth === 0 ? one : fc.oneof(one, group(join === 'all' ? 'any' : 'all', depth - 1)), {
      minLength: 2,
      maxLength: 3,
    }),
  });
const anyBlock = fc.oneof(one, group('all', 2), group('any', 2));

describe('blocks and PQL', () => {
  test.prop([anyBlock], runs(1, 100))('what is edited as blocks is read back as the same blocks', (block) => {
    expect(blocksOf(pqlOf(block))).toEqual(block);
  });

  test.prop([anyBlock], runs(1, 50))('every rule has words', (block) => {
    expect(wordsOf(block)).not.toMatch(/undefined|NaN|\[object/);
  });
});
