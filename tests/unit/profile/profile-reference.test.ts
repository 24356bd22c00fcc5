import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { identityIn, isReference, referenceOf } from '#core/access/profile-reference.ts';
import { runs } from '#tests/harness/runs.ts';

const identity = fc
  .tuple(fc.constantFrom('ECID', 'CRMID', 'Email'), fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }))
  .filter(([, value]) => !value.includes('\0'))
  .map(([namespace, value]) => `${namespace}:${value}`);

describe('the reference of a profile', () => {
  test.prop([identity, fc.string()], runs(1, 100))(
    'leads back to its identity, and is the same each time',
    (key, secret) => {
      const reference = referenceOf(key, secret);
      expect(isReference(reference)).toBe(true);
      expect(identityIn(reference, secret)).toBe(key);
      expect(referenceOf(key, secret)).toBe(reference);
      expect(encodeURIComponent(reference)).toBe(reference);
    },
  );

  test.prop([identity, fc.nat()], runs(1, 100))(
    'leads nowhere with another key, or when one character is another',
    (key, at) => {
      const reference = referenceOf(key, 'secret');
      expect(identityIn(reference, 'other')).toBeUndefined();
      const place = 2 + (at % (reference.length - 3));
      const other = reference[place] === 'A' ? 'B' : 'A';
      expect(identityIn(reference.slice(0, place) + other + reference.slice(place + 1), 'secret')).toBeUndefined();
    },
  );

  it('shows neither the identity nor how long it is, and is none of an identity', () => {
    const references = ['Email:a@b.de', 'Email:ada.lovelace@b.de', 'CRMID:1'].map((key) => referenceOf(key, 'secret'));
    expect(new Set(references.map(({ length }) => length)).size).toBe(1);
    expect(new Set(references.map((text) => text.slice(0, 12))).size).toBe(3);
    for (const key of ['Email:a@b.de', 'p_:x', 'p_', `p_${'A'.repeat(5_000)}`, '']) {
      expect(isReference(key), key).toBe(false);
      expect(identityIn(key, 'secret')).toBeUndefined();
    }
  });
});
