import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest, givenSha256 } from '#core/activation/normalise/digest.ts';
import { GMAIL_AND_GOOGLEMAIL, normalEmail } from '#core/activation/normalise/email.ts';
import {
  emailAddress,
  emailSha256,
  fromEach,
  type IdentityForms,
  makeIdentities,
  otherForm,
  phoneNumber,
  phoneSha256,
  plain,
  plainSha256,
  storedSha256,
} from '#core/activation/normalise/forms.ts';
import { normalPhone } from '#core/activation/normalise/phone.ts';
import { spellings } from '#core/activation/spellings.ts';
import { hashEmail } from '#core/identity/hashing.ts';
import { runs } from '#tests/harness/runs.ts';
import { identity } from './factories.ts';

const GOOGLE = emailSha256({ sameMailbox: GMAIL_AND_GOOGLEMAIL });
const META_FORMS: IdentityForms = {
  take: 'all',
  forms: [
    { form: 'EMAIL', from: { Email: emailSha256(), Email_LC_SHA256: storedSha256() } },
    {
      form: 'PHONE',
      from: { 'Phone_E.164': phoneSha256({ plus: false }), 'Phone_SHA256_E.164': otherForm('the number had a "+"') },
    },
  ],
};
const GOOGLE_FORMS: IdentityForms = {
  take: 'all',
  forms: [{ form: 'emailAddress', from: { Email: GOOGLE, Email_LC_SHA256: storedSha256() } }],
};

/** Vendors' own examples. */
const GOLDEN: readonly (readonly [string, string, string, unknown])[] = [
  ['Google, e-mail', 'alexz@example.com', '509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a', GOOGLE],
  [
    'Google, dots',
    'Jefferson.Loves.hiking@gmail.com',
    '515d2f967f73864e76937ab2b897210a86fd286016903b1b08c3da07c75f513e',
    GOOGLE,
  ],
  [
    'Google, googlemail.com keeps its domain',
    'Jefferson.LOVES.Hiking@googlemail.com',
    '2824967181c781aced84c32bf8bb51fc6401202eeff88263776f63c99df9314c',
    GOOGLE,
  ],
  [
    'Google, tag',
    'Cloudy.SanFrancisco+shopping@gmail.com',
    '223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4',
    GOOGLE,
  ],
  [
    'Google, other domains keep dots and tag',
    'user.name+NYC@Example.com',
    'f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac',
    GOOGLE,
  ],
  [
    'Google, phone',
    '+1 800-555-0100',
    'fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30',
    phoneSha256({ plus: true }),
  ],
  [
    'Google, phone without +',
    '18005550100',
    'fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30',
    phoneSha256({ plus: true }),
  ],
  ['Google, base64', 'alexz@example.com', 'UJ6TMBm7KFoTSpM0uLtnnf950M4CPVKa9L10TUe0/Yo=', emailSha256({}, 'base64')],
  [
    'Meta, e-mail',
    'mary@example.com',
    'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79',
    emailSha256(),
  ],
  [
    'Meta, phone',
    '15559876543',
    '1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e',
    phoneSha256({ plus: false }),
  ],
  [
    'Microsoft, e-mail',
    'test@contoso.com',
    'f25ad364d33972379a7a4f4df33db142205f5c40eb19cfdb2fc5aaf117e10101',
    emailSha256(),
  ],
  ['UID2, e-mail', 'user@example.com', 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=', emailSha256({}, 'base64')],
  [
    'UID2, phone',
    '+12345678901',
    'EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=',
    phoneSha256({ plus: true }, 'base64'),
  ],
  [
    'TikTok, e-mail',
    'janedoe@gmail.com',
    'd6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69',
    emailSha256({ innerBlanks: 'remove' }),
  ],
  [
    'TikTok, phone',
    '374-93-828222',
    '65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4',
    phoneSha256({ plus: false }),
  ],
  [
    'Ada for all',
    '  Ada.Okafor@Example.com ',
    '70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8',
    GOOGLE,
  ],
  [
    'Björn for Google',
    'Bjorn.Mueller+shop@GMail.com',
    '8fcecb94eedf5d3bebb0baaaa3ab68daeb49b99cd4a9cfda335cd99928e20752',
    GOOGLE,
  ],
  [
    'Björn for Meta',
    'Bjorn.Mueller+shop@GMail.com',
    '2ccb6d541bd1ee2b5ea2a5063d273c67f5252832c1accd4d917628675a35cf7e',
    emailSha256(),
  ],
  [
    'Ada with +',
    '+1 (503) 555-0142',
    'a0bf556dcf74ad477d7b2597c35856591f6d2ad2a5f890fdc27c784a1e14d8e6',
    phoneSha256({ plus: true }),
  ],
  [
    'Ada without +',
    '+1 (503) 555-0142',
    'b6a7e9d637373b00a42b2ae9fc7a4844b2ecd9841d3ce51bbf5eade0a7bea829',
    phoneSha256({ plus: false }),
  ],
  [
    'Björn with +',
    '+49 30 23125 014',
    '6f3dc6122f5ec316f49aa4b42eeb5d80ef3164a916d0e175ef86da9fe5531a61',
    phoneSha256({ plus: true }),
  ],
];

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('identities as vendors want them', () => {
  it.each(GOLDEN)('%s: the vendor has published the same hash', (_, value, hash, maker) => {
    expect((maker as ReturnType<typeof emailSha256>).make(value)).toBe(hash);
  });

  it.each([
    '',
    '   ',
    'nobody',
    'a@b@c',
    '@example.com',
    'a@',
    'a b@example.com',
    '...@gmail.com',
    '+x@gmail.com',
    'f'.repeat(64),
  ])('are none where a text is no e-mail address: "%s"', (text) =>
    expect(GOOGLE.make(text)).toEqual({ unusable: 'notAnEmailAddress' }),
  );

  it.each(['', '+', '+0000000000', 'call me', '0501234567', '12', `+${'9'.repeat(16)}`, '+1+2345678', 'a'.repeat(32)])(
    'are none where a text is no international number: "%s"',
    (text) => expect(phoneSha256({ plus: true }).make(text)).toEqual({ unusable: 'notAPhoneNumber' }),
  );

  it('are sent plain where the vendor wants them so', () => {
    expect(emailAddress().make(' A@X.com ')).toBe('a@x.com');
    expect(phoneNumber({ plus: true }).make('0049 30 23125 014')).toBe('+493023125014');
    expect(plain().make(' C1 ')).toBe('C1');
    expect(plain('lower').make(' ')).toEqual({ unusable: 'emptyIdentity' });
    expect(plainSha256().make('5F3B2C1D-9A8E-4C7D-B6A5-0E1F2D3C4B5A')).toBe(
      '95a01f8d284d0cbc7eeb2a5645327fa2edbc9b20f168e94af1d90ca44c3a58a4',
    );
    expect(Object.keys(fromEach(['CRMID', 'LOYALTY'], plain()))).toEqual(['CRMID', 'LOYALTY']);
  });

  it('take a stored hash as it is, in lower case, and never that of nothing', () => {
    expect(storedSha256().make(` ${'AB'.repeat(32)} `)).toBe('ab'.repeat(32));
    expect(givenSha256('UJ6TMBm7KFoTSpM0uLtnnf950M4CPVKa9L10TUe0/Yo=')).toBe(GOLDEN[0]![2]);
    expect(storedSha256().make(EMPTY_HASH)).toEqual({ unusable: 'notAHash' });
    expect(storedSha256().make('ada@example.com')).toEqual({ unusable: 'notAHash' });
    expect(() => digest('')).toThrow(RangeError);
  });

  it('are made of the raw value where there is one, and of the hash where there is none', () => {
    const raw = identity('Email', 'A.B@gmail.com');
    const stored = identity('Email_LC_SHA256', hashEmail('a.b@gmail.com'));
    const made = { namespace: 'emailAddress', value: digest('ab@gmail.com') };
    expect(makeIdentities(GOOGLE_FORMS, [raw, stored]).identities).toEqual([made]);
    expect(makeIdentities(GOOGLE_FORMS, [stored]).identities).toEqual([
      { namespace: 'emailAddress', value: stored.value },
    ]);
    const other = identity('Email_LC_SHA256', hashEmail('other@example.com'));
    expect(makeIdentities(GOOGLE_FORMS, [raw, other]).identities).toHaveLength(2);
  });

  it('are none of a hash in another form, and the reason says so', () => {
    const stored = identity('Phone_SHA256_E.164', digest('+15035550142'));
    expect(makeIdentities(META_FORMS, [stored])).toEqual({ identities: [], unusable: ['hashOfAnotherForm'] });
    const both = makeIdentities(META_FORMS, [stored, identity('Phone_E.164', '+15035550142')]);
    expect(both).toEqual({ identities: [{ namespace: 'PHONE', value: digest('15035550142') }], unusable: [] });
  });

  it('are those of the first form only, where one is enough', () => {
    const first: IdentityForms = {
      take: 'first',
      forms: [
        { form: 'external_id', from: { CRMID: plain() } },
        { form: 'email', from: { Email: plain('lower') } },
      ],
    };
    const [crm, email] = [identity('CRMID', 'C1'), identity('Email', 'A@x.com')];
    expect(makeIdentities(first, [email, crm]).identities).toEqual([{ namespace: 'external_id', value: 'C1' }]);
    expect(makeIdentities(first, [email]).identities).toEqual([{ namespace: 'email', value: 'a@x.com' }]);
  });

  it('are recognised, in what was routed, by all the ways in which they may be written', () => {
    const keys = spellings(['Email:A.B@gmail.com', 'CRMID:1'], { type: 'ads' }, () => GOOGLE_FORMS);
    expect(keys).toEqual([
      'Email:A.B@gmail.com',
      `Email_LC_SHA256:${hashEmail('a.b@gmail.com')}`,
      'CRMID:1',
      `emailAddress:${digest('ab@gmail.com')}`,
    ]);
    expect(spellings(['CRMID:1'], undefined)).toEqual(['CRMID:1']);
    expect(spellings(['CRMID:1'], {})).toEqual(['CRMID:1']);
  });

  it('never are a hash of a hash, or of nothing, and are the same for the same person however it is written', () => {
    const written = fc.oneof(fc.string(), fc.emailAddress(), fc.stringMatching(/^[0-9a-fA-F]{64}$/), fc.constant('  '));
    fc.assert(
      fc.property(written, fc.constantFrom('Email', 'Email_LC_SHA256', 'Phone_E.164'), (value, namespace) => {
        const isHash = /^[0-9a-f]{64}$/i.test(value.trim());
        const { identities } = makeIdentities(META_FORMS, [identity(namespace, value)]);
        for (const made of identities) {
          expect(made.value).toMatch(/^[0-9a-f]{64}$/);
          expect(made.value).not.toBe(EMPTY_HASH);
          if (isHash) expect(made.value).toBe(value.trim().toLowerCase());
        }
        const padded = makeIdentities(META_FORMS, [identity(namespace, `  ${value.toUpperCase()} `)]).identities;
        if (namespace === 'Email' && /^[\x20-\x7e]*$/.test(value)) expect(padded).toEqual(identities);
      }),
      runs(3, 300),
    );
  });

  it('normalise to what normalises to itself', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.bigInt({ min: 10_000_000n, max: 999_999_999_999_999n }), (address, number) => {
        const email = normalEmail(address, { sameMailbox: GMAIL_AND_GOOGLEMAIL });
        if (email !== undefined) expect(normalEmail(email, { sameMailbox: GMAIL_AND_GOOGLEMAIL })).toBe(email);
        const phone = normalPhone(String(number), { plus: true });
        if (phone !== undefined) expect(normalPhone(phone, { plus: true })).toBe(phone);
      }),
      runs(2, 200),
    );
  });
});
