import { describe, expect, it } from 'vitest';
import { matchesFilter, passes } from '#tests/harness/poller/filter.ts';

describe('an event filter', () => {
  it.each([
    [{ a: ['x', 'y'] }, { a: 'y' }, true],
    [{ a: ['x'] }, { a: 'z' }, false],
    [{ a: ['x'], b: ['y'] }, { a: 'x' }, false],
    [{ a: { b: [1] } }, { a: { b: 1 } }, true],
    [{ a: { b: [1] } }, { a: '1' }, false],
    [{ a: [null] }, { a: null }, true],
    [{ a: [null] }, {}, false],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: true }] }, {}, false],
    [{ a: [{ prefix: 'PROFILE#' }] }, { a: 'PROFILE#1' }, true],
    [{ a: [{ suffix: '.csv' }] }, { a: 'x.json' }, false],
    [{ a: [{ 'anything-but': ['x'] }] }, { a: 'x' }, false],
    [{ a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
  ])('%j on %j: %s', (pattern, value, expected) => {
    expect(matchesFilter(pattern, value)).toBe(expected);
  });

  it('that is not understood is an error', () => {
    expect(() => matchesFilter({ a: [{ wildcard: '*' }] }, { a: 'x' })).toThrow('"wildcard" is not known');
    expect(() => matchesFilter({ a: 'x' }, { a: 'x' })).toThrow("A filter's leaves are lists");
  });

  it('among several is enough, and none lets everything pass', () => {
    expect(passes(['{"a":["x"]}', '{"b":["y"]}'], { b: 'y' })).toBe(true);
    expect(passes(['{"a":["x"]}'], { b: 'y' })).toBe(false);
    expect(passes([], { b: 'y' })).toBe(true);
  });
});
