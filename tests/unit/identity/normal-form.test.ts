import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type IdentitySettings, identitySettings, namespaceDefinition } from '#core/identity/definition.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';

const settings = (given: object): IdentitySettings =>
  identitySettings.parse({ namespacePriority: ['Email'], ...given });

/** What a value of a namespace is compared as, or why it is no identity. */
const normal = (code: string, value: string, given: object = {}, own: object = {}): string => {
  const member = namespaceDefinition.parse({ code: 'MEMBER', idType: 'CROSS_DEVICE', ...own });
  const result = compileNormalForms(namespaceRegistry([member]), settings(given))
    .get(code)!
    .normalize(value);
  return typeof result === 'string' ? result : `! ${result.omitted}`;
};

describe('an e-mail address', () => {
  it.each([
    ['ada@shop.example', 'ada@shop.example'],
    [' Ada@Shop.Example\u00a0', 'ada@shop.example'],
    ['mailto:Ada@Shop.Example', 'ada@shop.example'],
    ['\ufeffada@shop.example', 'ada@shop.example'],
    ['a\u200bda@shop.example', 'ada@shop.example'],
    ['andre\u0301@caf\u00e9.example', 'andr\u00e9@caf\u00e9.example'],
    ["o'neil+news@shop.example", "o'neil+news@shop.example"],
    ['ada@sub_domain.shop.example', 'ada@sub_domain.shop.example'],
    ['ada@xn--caf-dma.xn--p1ai', 'ada@xn--caf-dma.xn--p1ai'],
    ['İda@shop.example', 'i\u0307da@shop.example'],
  ])('%j is compared as %s', (value, expected) => expect(normal('Email', value)).toBe(expected));

  it.each([
    'ada',
    'ada@',
    '@shop.example',
    'ada@shop',
    'none@none',
    'test@test',
    'ada@shop.example;bob@shop.example',
    'ada@shop.example, bob@shop.example',
    'ada@shop@shop.example',
    'Ada Lovelace <ada@shop.example>',
    'ada lovelace@shop.example',
    'ada@shop..example',
    'ada@127.0.0.1',
    `${'a'.repeat(65)}@shop.example`,
    `ada@${'a.'.repeat(200)}example`,
    'x'.repeat(100_000),
  ])('%j is none', (value) => expect(normal('Email', value)).toBe('! not-an-email'));
});

describe('a value of another standard namespace', () => {
  const HASH = 'A6EA4CDE5DA5AE7CC68BAAE894D1D6544FCA26254433B0FFF7C2CB4843B4A097';
  it.each([
    ['Email_LC_SHA256', ` ${HASH}`, HASH.toLowerCase()],
    ['Email_LC_SHA256', 'ada@shop.example', '! not-of-pattern'],
    ['Phone_SHA256_E.164', HASH.slice(1), '! not-of-pattern'],
    ['Phone_E.164', '+49 30 123456', '+4930123456'],
    ['Phone_E.164', '030 123456', '! not-a-phone'],
    ['Phone', '030 123456', '030 123456'],
    ['ECID', ' 123', ' 123'],
    ['ECID', '0'.repeat(38), '0'.repeat(38)],
  ])('%s: %j is compared as %s', (code, value, expected) => expect(normal(code, value)).toBe(expected));

  it('is a number of the country of its namespace', () => {
    const namespaces = { 'Phone_E.164': { country: 'DE' } };
    expect(normal('Phone_E.164', '030 123456', { namespaces })).toBe('+4930123456');
  });

  it('has the form that identity settings give it', () => {
    expect(normal('Email', ' Ada', { namespaces: { Email: { normalize: 'none' } } })).toBe(' Ada');
    const ecid = { ECID: { normalize: { pattern: '\\d{38}' } } };
    expect(normal('ECID', '123', { namespaces: ecid })).toBe('! not-of-pattern');
  });
});

describe('a form of one’s own', () => {
  const member = (normalize: unknown, value: string) => normal('MEMBER', value, {}, { normalize });

  it('trims, changes letters, replaces and compares with a pattern, in this order', () => {
    const form = { case: 'upper', replace: [{ pattern: '[ .-]', with: '' }], pattern: 'M\\d{4}' };
    expect(member(form, ' m-12.34 ')).toBe('M1234');
    expect(member(form, 'm-12.345')).toBe('! not-of-pattern');
    expect(member({ replace: [{ pattern: '^0*(\\d+)$', with: '$1' }] }, '000123')).toBe('123');
    expect(member({ unicode: 'NFKC' }, '１２')).toBe('12');
    expect(member({ replace: [{ pattern: '.', with: '' }] }, 'x1')).toBe('! blocked-value');
  });

  it('is what it is when it is done again, though a replacement leaves something to replace', () => {
    const form = { replace: [{ pattern: 'ab', with: '' }] };
    expect(member(form, 'xaabby')).toBe('xy');
    expect(member({ replace: [{ pattern: '$', with: '0' }] }, 'x')).toBe('! not-of-pattern');
  });

  it.each([
    [{ pattern: '(' }, /not accepted/],
    [{ pattern: '(?=a)b' }, /look-around/],
    [{ pattern: '(a)\\1' }, /back-references/],
    [{ pattern: 'a'.repeat(1_001) }, /at most 1000 characters/],
  ])('is rejected where its pattern could run without end, or is none: %j', (form, message) =>
    expect(() => member(form, 'x')).toThrow(message),
  );
});

describe('a value that names nobody', () => {
  const PLACEHOLDERS = [
    ...[
      'n/a',
      'N/A',
      ' n/a ',
      'NA',
      '-',
      '--',
      '—',
      '.',
      '?',
      'none',
      'Unknown',
      'NULL',
      '\\N',
      'nan',
      '<NA>',
      '0',
      '000',
      '-1',
    ],
    ...[
      '00000000-0000-0000-0000-000000000000',
      '#N/A',
      '(not set)',
      '[object Object]',
      'undefined',
      'anonymous',
      'invalid',
    ],
  ];
  it.each(PLACEHOLDERS)('%j is blocked in every namespace', (value) => {
    for (const code of ['Email', 'Phone_E.164', 'MEMBER', 'IDFA', 'ECID']) {
      expect(normal(code, value)).toBe('! blocked-value');
    }
  });

  it.each(['', 'null', 'n/a', 'unknown', '0', '-'])('is blocked where it was hashed: %j', (value) => {
    for (const code of ['Email_LC_SHA256', 'Phone_SHA256_E.164']) {
      expect(normal(code, hash('sha256', value).toUpperCase())).toBe('! blocked-value');
    }
    const guest = { namespaces: { Email_LC_SHA256: { blockedValues: ['guest'] } } };
    expect(normal('Email_LC_SHA256', hash('sha256', 'guest'), guest)).toBe('! blocked-value');
  });

  it('is one that settings name, in any namespace or in one, beside the others', () => {
    expect(normal('MEMBER', ' Guest', { blockedValues: ['guest'] })).toBe('! blocked-value');
    expect(normal('MEMBER', 'guest', {}, { blockedValues: ['GUEST'] })).toBe('! blocked-value');
    expect(normal('Email', 'guest', {}, { blockedValues: ['GUEST'] })).toBe('! not-an-email');
    expect(normal('MEMBER', 'n/a', { blockedValues: ['guest'] })).toBe('! blocked-value');
    const shop = { namespaces: { Email: { blockedValues: ['NoReply@Shop.Example'] } } };
    expect(normal('Email', 'mailto:noreply@shop.example', shop)).toBe('! blocked-value');
    const phone = { namespaces: { 'Phone_E.164': { country: 'DE', blockedValues: ['030 123456'] } } };
    expect(normal('Phone_E.164', '+49 30 123456', phone)).toBe('! blocked-value');
  });

  it('is blocked whatever is set, where AEP blocks it; placeholders are not, where settings say so', () => {
    for (const value of ['null', 'Anonymous', 'INVALID', ' ']) {
      expect(normal('MEMBER', value, { blockPlaceholders: false })).toBe('! blocked-value');
    }
    expect(normal('MEMBER', '0', { blockPlaceholders: false })).toBe('0');
    expect(normal('MEMBER', '0', {}, { blockPlaceholders: false })).toBe('0');
    expect(normal('MEMBER', '0', { blockPlaceholders: false }, { blockPlaceholders: true })).toBe('! blocked-value');
  });

  it.each(['N', '10', 'a', '-12', '0a', 'nobody@shop.example', 'C-0'])('%j is none of them', (value) =>
    expect(normal('MEMBER', value)).toBe(value),
  );
});
