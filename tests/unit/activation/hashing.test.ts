import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptedIdentities,
  HASHED_NAMESPACES,
  hashEmail,
  hashIdentity,
  hashPhone,
  isSha256,
} from '#core/identity/hashing.ts';
import { identity } from './factories.ts';

const JOHN = '55e79200c1635b37ad31a378c39feb12f120f116625093a19bc32fff15041149';
const ECID_AT_ADOBE = 'a6ea4cde5da5ae7cc68baae894d1d6544fca26254433b0fff7c2cb4843b4a097';

describe('hashing', () => {
  it.each([
    ['johndoe@example.com', JOHN],
    ['ecid@adobe.com', ECID_AT_ADOBE],
    [' ecid@adobe.com ', ECID_AT_ADOBE],
    ['\tEcid@ADOBE.com\n', ECID_AT_ADOBE],
  ])('hashes the address %j as published', (address, hash) => {
    expect(hashEmail(address)).toBe(hash);
  });

  it('never hashes twice', () => {
    fc.assert(
      fc.property(fc.string(), (address) => {
        expect(hashEmail(hashEmail(address))).toBe(hashEmail(address));
      }),
    );
    expect(hashEmail(JOHN.toUpperCase())).toBe(JOHN);
    expect(hashPhone(hashPhone('+4915112345678')!)).toBe(hashPhone('+4915112345678'));
  });

  it('gives 64 lower-case hexadecimal digits, whatever the address', () => {
    fc.assert(
      fc.property(fc.string(), (address) => {
        expect(isSha256(hashEmail(address))).toBe(true);
      }),
    );
  });

  it('hashes a phone number the same however it is punctuated', () => {
    expect(hashPhone(' +49 (151) 123-456.78 ')).toBe(hashPhone('+4915112345678'));
  });

  it.each(['0151 12345678', '+0151', '15112345678', '+', '', '+12345678901234567', 'call me'])(
    'does not hash %j, which is not in E.164 form',
    (number) => expect(hashPhone(number)).toBeUndefined(),
  );

  it('leaves the hashed namespaces in lower case and unhashed', () => {
    for (const namespace of HASHED_NAMESPACES) {
      expect(hashIdentity(identity(namespace, ` ${JOHN.toUpperCase()} `))).toEqual({ namespace, value: JOHN });
    }
  });

  it('has no hashed form for phone numbers as they were written', () => {
    expect(hashIdentity(identity('Phone', '+4915112345678'))).toBeUndefined();
  });
});

describe('accepted identities', () => {
  const person = [
    identity('Email', 'JohnDoe@example.com'),
    identity('ECID', '1'),
    identity('Phone_E.164', '+4915112345678'),
  ];

  it('hashes an address where only its hash is accepted', () => {
    expect(acceptedIdentities(['Email_LC_SHA256'], person)).toEqual([{ namespace: 'Email_LC_SHA256', value: JOHN }]);
  });

  it('gives the address itself where that is accepted', () => {
    expect(acceptedIdentities(['Email', 'Email_LC_SHA256'], person)).toEqual([person[0]]);
  });

  it('gives a hash once, though the person has the address and its hash', () => {
    const both = [...person, identity('Email_LC_SHA256', JOHN.toUpperCase())];
    expect(acceptedIdentities(['Email_LC_SHA256'], both)).toEqual([{ namespace: 'Email_LC_SHA256', value: JOHN }]);
  });

  it('gives nothing of a namespace that is not accepted', () => {
    expect(acceptedIdentities(['CRMID'], person)).toEqual([]);
  });
});
