import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const forms = compileNormalForms(
  namespaceRegistry([
    {
      code: 'MEMBER',
      idType: 'CROSS_DEVICE',
      normalize: { trim: true, case: 'upper', unicode: 'NFKC', replace: [{ pattern: '[^A-Z0-9]', with: '' }] },
    },
  ]),
  { namespaces: { 'Phone_E.164': { country: 'DE' } } },
);
const codes = [...forms.keys()];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.emailAddress(),
  fc.string({ unit: fc.constantFrom(...'0123456789+-()./ '), maxLength: 24 }),
  fc.tuple(fc.emailAddress(), fc.emailAddress()).map((both) => both.join(';')),
);

/** How somebody may write an address without meaning another one. */
const spelling = fc.record({
  before: fc.constantFrom('', ' ', '\t', '\u00a0', 'mailto:', '\ufeff'),
  after: fc.constantFrom('', ' ', '\r', '\u200b', '\u3000'),
  capitals: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  unicode: fc.constantFrom('NFC' as const, 'NFD' as const),
});

describe('a normal form', () => {
  it('changes nothing when it is done again', { timeout }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...codes), text, (code, value) => {
        const once = forms.get(code)!.normalize(value);
        if (typeof once === 'string') expect(forms.get(code)!.normalize(once)).toBe(once);
      }),
      runs(20, 2_000),
    );
  });

  it('is the same of an address, however it is written', { timeout }, () => {
    const address = fc.tuple(
      fc.string({ unit: fc.constantFrom(...'abcdé.o+_-1ß'), minLength: 1, maxLength: 20 }),
      fc.constantFrom('shop.example', 'café.example', 'mail.shop.example'),
    );
    fc.assert(
      fc.property(address, spelling, ([local, domain], { before, after, capitals, unicode }) => {
        const plain = `${local}@${domain}`;
        const letters = [...plain].map((letter, i) =>
          capitals[i % 8] && letter !== 'ß' ? letter.toUpperCase() : letter,
        );
        const written = `${before}${letters.join('').normalize(unicode)}${after}`;
        expect(forms.get('Email')!.normalize(written)).toEqual(forms.get('Email')!.normalize(plain));
      }),
      runs(20, 2_000),
    );
  });
});
