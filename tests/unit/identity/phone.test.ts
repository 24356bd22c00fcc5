import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameNumber, lastDigits, numbersIn, toE164 } from '#core/identity/phone.ts';

const NUMBER = '+4930123456';

/** One number, as producers write it. */
const WRITTEN = [
  '+49 30 123456',
  '030 123456',
  'tel:+4930123456',
  'Tel.: 030/123456',
  '+4930123456 ext. 5',
  '+49 30 123456 x12',
  'tel:+49-30-123456;ext=5',
  '+49–30–123456',
  '+49−30−123456',
  '＋４９３０１２３４５６',
  "'+4930123456",
  '’030 123456',
  '0049 30 123456',
  '+49 (0)30 123456',
  '\u202a+49 30 123456\u202c',
  '\u00a0030\u00a0123456 ',
];

describe('a telephone number', () => {
  it.each(WRITTEN)('is one number, written %j', (text) => {
    expect(toE164(text, 'DE')).toBe(NUMBER);
  });

  it.each(['n/a', '0', '00000000', '-', 'unknown', '4.93012E+10', '030 123456 or 030 654321', '1e5', 'x5', "'", ''])(
    'is none in %j',
    (text) => expect(toE164(text, 'DE')).toBeUndefined(),
  );

  it('is none, or is E.164 and stays so, whatever comes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(..."0123456789+-()./ ;ext=#x'tel:"), maxLength: 120 }),
    );
    fc.assert(
      fc.property(text, (written) => {
        const number = toE164(written, 'DE');
        if (number === undefined) return;
        expect(toE164(number, 'US')).toBe(number);
        expect(number).toMatch(/^\+[1-9]\d{1,14}$/);
        expect(lastDigits(written)?.slice(-4) ?? number.slice(-4)).toBe(number.slice(-4));
      }),
    );
  });

  it.each(WRITTEN)('has the same last digits, written %j', (text) => {
    expect(lastDigits(text)).toBe(lastDigits(NUMBER));
  });

  it('is found in a text, however it is written, and no other one is', () => {
    for (const text of WRITTEN.filter((each) => !/ext|x12/.test(each))) {
      expect(numbersIn(`RB-1,${text},gold`).some((digits) => isSameNumber(digits, NUMBER))).toBe(true);
    }
    expect(numbersIn('RB-1,+49 30 123457,30123456789').some((digits) => isSameNumber(digits, NUMBER))).toBe(false);
  });
});
