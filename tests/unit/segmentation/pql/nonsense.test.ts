import { describe, expect, it } from 'vitest';
import type { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { holds } from './person.ts';

describe('an expression that makes no sense', () => {
  it.each([
    ['a period as an instant', 'age > this month', 'age > '],
    ['a duration alone', 'age > 3 days', 'age > '],
    ['a date that is none', 'lastSeen < now and now < "soon"', 'lastSeen < now and now < '],
    ['a day that there is not', 'lastSeen < date(2018, 2, 30)', 'lastSeen < '],
    ['a second input', '$2.age = 1', ''],
    ['a scope that is too far out', '^.age = 1', ''],
    ['a lambda on its own', 'age = ((X) => X.age)', 'age = ('],
    ['a regular expression that RE2 does not know', 'name.matches("(?=x)")', 'name.matches('],
    ['a regular expression from the data', 'name.matches(city)', 'name.matches('],
    ['a chain of something else', 'CHAIN(addresses, timestamp, [A: WHAT(a = 1)])', 'CHAIN('],
    ['a segment that is not named', 'inSegment(name)', 'inSegment('],
  ])('is rejected at its place: %s', (_, text, before) => {
    expect(() => holds(text)).toThrow(
      expect.objectContaining<Partial<PqlError>>({ name: 'PqlError', column: before.length + 1 }),
    );
  });
});
