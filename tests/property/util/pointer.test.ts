import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fragmentSteps,
  MAX_REPORTED_POINTER_LENGTH,
  pointerSteps,
  pointerTo,
  reportedPointer,
  toFragment,
} from '#core/util/pointer.ts';

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('~', '/', '0', '1', '%', '2', 'F', '#', ' ', '"', 'é', '😀'), maxLength: 8 }),
);
const path = fc.array(key, { maxLength: 6 });

describe('a JSON pointer', () => {
  it('leads back to the keys it was made of, whatever characters they have', () => {
    fc.assert(
      fc.property(path, (keys) => {
        expect(pointerSteps(pointerTo(keys))).toEqual(keys);
      }),
    );
  });

  it('is another one for other keys', () => {
    fc.assert(
      fc.property(path, path, (x, y) => {
        expect(pointerTo(x) === pointerTo(y)).toBe(JSON.stringify(x) === JSON.stringify(y));
      }),
    );
  });

  // The examples of RFC 6901, sections 5 and 6.
  it.each([
    ['', '', []],
    ['/foo', '/foo', ['foo']],
    ['/foo/0', '/foo/0', ['foo', '0']],
    ['/', '/', ['']],
    ['/a~1b', '/a~1b', ['a/b']],
    ['/c%d', '/c%25d', ['c%d']],
    ['/e^f', '/e%5Ef', ['e^f']],
    ['/g|h', '/g%7Ch', ['g|h']],
    ['/i\\j', '/i%5Cj', ['i\\j']],
    ['/k"l', '/k%22l', ['k"l']],
    ['/ ', '/%20', [' ']],
    ['/m~0n', '/m~0n', ['m~n']],
    ['/~01', '/~01', ['~1']],
  ])('%j is the fragment #%s', (pointer, fragment, keys) => {
    expect(pointerTo(keys)).toBe(pointer);
    expect(pointerSteps(pointer)).toEqual(keys);
    expect(toFragment(pointer)).toBe(fragment);
    expect(fragmentSteps(fragment)).toEqual(keys);
  });
});

describe('a pointer in the fragment of a URI', () => {
  it('leads to the same place, and the URI has no second fragment', () => {
    fc.assert(
      fc.property(path, (keys) => {
        const whole = keys.map((name) => name.toWellFormed());
        const fragment = toFragment(pointerTo(whole));
        expect(fragmentSteps(fragment)).toEqual(whole);
        expect(new URL(`https://example.com/a#${fragment}`).hash.slice(1)).toBe(fragment);
      }),
    );
  });

  it.each([
    ['/a%2Fb', ['a', 'b']],
    ['/a%7E1b', ['a/b']],
    ['/100%', ['100%']],
    ['/%zz', ['%zz']],
    ['/%ff%20', ['%ff%20']],
    ['/%20/%ff', [' ', '%ff']],
  ])('is decoded before it is cut into keys, and what is no encoding is itself: %s', (fragment, keys) => {
    expect(fragmentSteps(fragment)).toEqual(keys);
  });
});

describe('a pointer in a report', () => {
  it('is the pointer itself, or leads to the nearest place around that is not too far down to be named', () => {
    const long = fc.array(
      fc.oneof(
        key,
        fc.integer({ min: 0, max: 3_000 }).map((length) => 'k'.repeat(length)),
      ),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(long, (keys) => {
        const whole = keys.map((name) => name.toWellFormed());
        const reported = reportedPointer(pointerTo(whole));
        const steps = pointerSteps(reported);
        expect(reported.length).toBeLessThanOrEqual(MAX_REPORTED_POINTER_LENGTH);
        expect(whole.slice(0, steps.length)).toEqual(steps);
        const next = pointerTo(whole.slice(0, steps.length + 1));
        if (steps.length < whole.length) expect(next.length).toBeGreaterThan(MAX_REPORTED_POINTER_LENGTH);
      }),
    );
  });

  it('can be written as UTF-8', () => {
    const reported = reportedPointer(pointerTo(['\ud800', 'a']));
    expect(Buffer.from(reported).toString()).toBe(reported);
    expect(reported).toBe('/\ufffd/a');
  });
});
