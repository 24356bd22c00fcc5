import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitLinksInBatch } from '#core/identity/batch-links.ts';
import type { IdType } from '#core/identity/definition.ts';
import { type Linkable, linkableIdentities } from '#core/identity/eligibility.ts';
import { primaryIdentity } from '#core/profile/assign.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { ecid, linkingRules } from '#tests/harness/core/factories.ts';

const linkable = (...keys: string[]) => linkableIdentities(keys.map(parseIdentityKey), linkingRules());

describe('what a record says to the identity graph', () => {
  it('is nothing when it names one identity', () => expect(linkable(ecid(1))).toEqual({ identities: [] }));

  it.each([
    ['an ECID that has not 38 digits', ['CRMID:ann', 'ECID:123'], 'invalid-ecid'],
    ['a value of more than 1,024 characters', [`CRMID:${'x'.repeat(1_025)}`, ecid(1)], 'value-too-long'],
    ['two values of a unique namespace', ['CRMID:ann', 'CRMID:bob', ecid(1)], 'two-values-of-unique-namespace'],
    ['more than 20 identities', Array.from({ length: 21 }, (_, n) => ecid(n)), 'too-many-identities'],
  ])('is rejected for %s', (_, keys, rejection) => {
    expect(linkable(...keys)).toEqual({ identities: [], rejection });
  });

  it.each([
    ['AAID, which is blocked', 'AAID:1', 'blocked-namespace'],
    ['a placeholder', 'Email:anonymous', 'blocked-value'],
    ['a placeholder in capitals', 'Email:NULL', 'blocked-value'],
    ['blanks', 'Email:  ', 'blocked-value'],
  ])('is rejected for one identity, and kept for the others, when it is %s', (_, key, rejection) => {
    expect(linkable(key, 'CRMID:ann', ecid(1))).toEqual({ identities: ['CRMID:ann', ecid(1)], rejection });
    expect(linkable(key, 'CRMID:ann')).toEqual({ identities: [], rejection });
  });

  it('takes 20 identities and values of 1,024 characters', () => {
    const many = Array.from({ length: 20 }, (_, n) => ecid(n));
    expect(linkable(...many)).toEqual({ identities: many });
    const long = `CRMID:${'x'.repeat(1_024)}`;
    expect(linkable(long, ecid(1))).toEqual({ identities: [long, ecid(1)] });
  });

  it('never links things and partners, which is no rejection', () => {
    const rules = {
      ...linkingRules(),
      typeOf: (code: string) => (code === 'Sku' ? 'NON_PEOPLE' : 'PARTNER') as IdType,
    };
    const identities = ['Sku:1', 'Partner:2'].map(parseIdentityKey);
    expect(linkableIdentities(identities, rules)).toEqual({ identities: [] });
  });

  it('counts one identity once, however often it is named', () => {
    expect(linkable('CRMID:ann', 'CRMID:ann', ecid(1))).toEqual({ identities: ['CRMID:ann', ecid(1)] });
  });
});

describe('what a batch says to the identity graph', () => {
  const asserted = (count: number): Linkable[] =>
    Array.from({ length: count }, (_, n) => ({ identities: ['Email:kiosk', ecid(n)] }));

  it('is at most 50 links of one identity; a link that is there already is no further one', () => {
    const limited = limitLinksInBatch([...asserted(52), ...asserted(1)]);
    const rejected = { identities: [], rejection: 'too-many-links-in-batch' };
    expect(limited.slice(0, 50)).toEqual(asserted(50));
    expect(limited.slice(50)).toEqual([rejected, rejected, ...asserted(1)]);
  });

  it('still links the others of a record whose one identity has too many', () => {
    const more = { identities: ['Email:kiosk', 'CRMID:ann', ecid(99)] };
    expect(limitLinksInBatch([...asserted(50), more]).at(-1)).toEqual({
      identities: ['CRMID:ann', ecid(99)],
      rejection: 'too-many-links-in-batch',
    });
  });

  it('never links an identity to more than 50 others, whatever the records are', () => {
    const key = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 4, max: 200 })).map(ecid);
    const record = fc.uniqueArray(key, { minLength: 2, maxLength: 20 }).map((identities) => ({ identities }));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        const linked = new Map<string, Set<string>>();
        for (const { identities } of limitLinksInBatch(records)) {
          for (const one of identities) {
            const others = linked.get(one) ?? new Set();
            for (const other of identities) if (other !== one) others.add(other);
            linked.set(one, others);
          }
        }
        expect(Math.max(0, ...[...linked.values()].map(({ size }) => size))).toBeLessThanOrEqual(50);
      }),
    );
  });
});

describe('the identity a record is kept under', () => {
  const primary = (...keys: string[]) =>
    primaryIdentity(
      { behaviour: 'event', identities: keys.map((key) => ({ ...parseIdentityKey(key), primary: false })) },
      linkingRules(),
    );

  it('is none when a record names nobody but "anonymous": no profile of that name comes to be', () => {
    expect(primary('CRMID:anonymous')).toBe('blocked-primary-value');
  });

  it('is that of the next namespace when the strongest has a placeholder', () => {
    expect(primary('CRMID:null', 'Email:a@x.org', ecid(1))).toMatchObject({ namespace: 'Email' });
  });

  it('is none when the strongest namespace is left empty', () => {
    expect(primary('CRMID:', ecid(1))).toBe('blocked-primary-value');
  });

  it('of a record is the flagged one, or none when that is a placeholder', () => {
    const identities = [
      { namespace: 'CRMID', value: 'undefined', primary: true },
      { namespace: 'Email', value: 'a@x.org', primary: false },
    ];
    expect(primaryIdentity({ behaviour: 'record', identities }, linkingRules())).toBe('blocked-primary-value');
  });
});
