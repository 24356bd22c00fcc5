import { describe, expect, it } from 'vitest';
import { linkableIdentities } from '#core/identity/eligibility.ts';
import { parseIdentityKey } from '#core/identity/identity.ts';
import { ecid, linkRules } from '#tests/harness/core/factories.ts';

const linkable = (...keys: string[]) => linkableIdentities(keys.map(parseIdentityKey), linkRules());

describe('what a record says to the identity graph', () => {
  it('is nothing when it names one identity', () => expect(linkable(ecid(1))).toEqual({ identities: [] }));

  it.each([
    ['an ECID that has not 38 digits', ['CRMID:ann', 'ECID:123'], 'invalid-ecid'],
    ['a value of more than 1,024 characters', [`CRMID:${'x'.repeat(1_025)}`, ecid(1)], 'value-too-long'],
    ['two values of a unique namespace', ['CRMID:ann', 'CRMID:bob', ecid(1)], 'two-values-of-unique-namespace'],
    ['more than 20 identities', Array.from({ length: 21 }, (_, n) => ecid(n)), 'too-many-identities'],
  ])('is refused for %s', (_, keys, refusal) => {
    expect(linkable(...keys)).toEqual({ identities: [], refusal });
  });

  it('leaves out AAID, which is blocked', () => {
    expect(linkable('AAID:1', 'CRMID:ann', ecid(1)).identities).toEqual(['CRMID:ann', ecid(1)]);
  });
});
