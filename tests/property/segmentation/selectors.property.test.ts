import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '#tests/harness/runs.ts';
import { event, NOW, profile, segments } from '#tests/unit/segmentation/factories.ts';

/** Few values, of all types, alone and in lists, with dates that are written in several ways. */
const scalar = fc.constantFrom<unknown>('a', 'b', '', 1, 0, true, null, '2018-12-18', '2018-12-18T00:00:00Z');
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.record({ deep: scalar }) },
  { weight: 1, arbitrary: fc.array(fc.record({ deep: scalar }, { requiredKeys: [] }), { maxLength: 2 }) },
);
const entity = fc.record({ x: value, y: value, z: fc.record({ x: value }) }, { requiredKeys: [] });

const path = fc.constantFrom('x', 'y', 'z', 'x.deep', 'z.x', 'z.x.deep', 'identityMap.ecid', 'toString');
const literal = fc.constantFrom('"a"', '"b"', '""', '1', '0', 'true', 'null', '"2018-12-18"', '["a", "b"]');
const simple = fc.oneof(
  fc
    .tuple(path, fc.constantFrom('=', '=', '=', '!=', '<', '>=', 'in', 'notIn', 'like'), literal)
    .map((words) => words.join(' ')),
  fc.tuple(literal, fc.constantFrom('=', '>', 'in'), path).map((words) => words.join(' ')),
  path.map((at) => `${at} in ["a", "2018-12-18T00:00:00Z"]`),
  path.map((at) => `${at} in ["a", "b"]`),
  path.map((at) => `${at}.isNotNull()`),
  path.map((at) => `${at}.isNull()`),
  path.map((at) => `(exists I from ${at} where I.deep = "a")`),
  path.map((at) => `${at}.startsWith("a")`),
);
const condition = fc.oneof(
  simple,
  fc.tuple(simple, simple).map(([a, b]) => `${a} and ${b}`),
  fc.tuple(simple, simple).map(([a, b]) => `(${a} or ${b})`),
  fc.tuple(simple, simple, simple).map(([a, b, c]) => `(${a} or ${b}) and not (${c})`),
);

describe('finding the conditions that an event satisfies', () => {
  it('by the fields they look at gives what asking each of them gives', () => {
    fc.assert(
      fc.property(condition, fc.array(entity, { maxLength: 3 }), (text, entities) => {
        const asked = segments({ one: `xEvent[not (not (${text}))].count() >= 2` });
        const found = segments({ one: `xEvent[${text}].count() >= 2` });
        const events = entities.map((one) => event(NOW - 1, one));
        expect(found.evaluate(profile(events), NOW)).toEqual(asked.evaluate(profile(events), NOW));
        for (const one of entities) expect(found.projectEvent(one)).toEqual(asked.projectEvent(one));
      }),
      runs(3, 1_000),
    );
  });

  it('keeps an event that one of many segments looks at, and no other', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), entity, (texts, one) => {
        const alone = texts.map((text) => segments({ one: `xEvent[${text}].count() > 0` }).projectEvent(one));
        const together = segments(
          Object.fromEntries(texts.map((text, index) => [`s${index}`, `xEvent[${text}].count() > 0`])),
        ).projectEvent(one);
        expect(together !== undefined).toBe(alone.some((kept) => kept !== undefined));
      }),
      runs(1, 300),
    );
  });
});
