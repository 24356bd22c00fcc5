import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Digits, and what people put between them; no letters. */
const LOOKS_LIKE_A_NUMBER = /^\+?[\d\s()./-]{3,40}$/;
/** No number is that long, however it is written. */
const MAX_LENGTH = 100;
const ONLY_ASCII = /^[\x20-\x7e]*$/;
/** What a program puts before a number, or Excel so that it stays a text. */
const BEFORE = /^(?:['’‘`´]|(?:tel|phone|callto|sms)(?:\.:?|:))\s*/i;
/** An extension: `ext. 5`, `x5`, `#5`, `;ext=5`. */
const EXTENSION = /(?:;ext=|(?:ext|extn|extension|x|#)[.:]? ?)\d{1,8}$/i;

/**
 * A telephone number as E.164 (`+4930123456`): the form of the namespace Phone_E.164 (aep.md §3.1, §6.4), so that a
 * number is one identity in whatever way it is written: with `tel:` or an apostrophe before it, dashes of any kind,
 * digits of full width, an extension, which is dropped. `00` at the beginning means `+` everywhere.
 * @param country ISO 3166 code of the country that a number without country code is of
 * @returns undefined when it is no number, or none that could exist there
 */
export function toE164(text: string, country?: PhoneCountry): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const written = withoutAddition(text);
  if (!LOOKS_LIKE_A_NUMBER.test(written) || !/[1-9]/.test(written)) return undefined;
  const international = written.replace(/^0\s?0(?=[\s()./-]*[1-9])/, '+');
  const number = parsePhoneNumberFromString(international, {
    extract: false,
    ...(country !== undefined && { defaultCountry: country }),
  });
  return number?.isPossible() ? number.number : undefined;
}

/** So many digits at the end of a number are the same in whatever way it is written. */
export const LAST_DIGITS = 6;
/** As many as a number has, with what is dialled before it. */
const MOST = 18;

/**
 * The last digits of a text that may be a telephone number in any form: those of its E.164 form are the same, whatever
 * country it is of. undefined for a text that {@link toE164} takes for no number.
 */
export function lastDigits(text: string): string | undefined {
  if (text.length > MAX_LENGTH || text.length < LAST_DIGITS) return undefined;
  const written = withoutAddition(text);
  if (!LOOKS_LIKE_A_NUMBER.test(written)) return undefined;
  const digits = written.replaceAll(/\D/g, '');
  return digits.length < LAST_DIGITS || digits.length > MOST ? undefined : digits.slice(-LAST_DIGITS);
}

const IN_A_TEXT = /\d(?:[\s()./-]{0,3}\d){5,20}/g;
/** The digits of what may be telephone numbers in a text. */
export const numbersIn = (text: string): readonly string[] =>
  (plain(text).replaceAll('(0)', '').match(IN_A_TEXT) ?? []).map((written) => written.replaceAll(/\D/g, ''));

/** So many digits of a number are nobody else's in a text: with the zero before them that is dialled at home, or without. */
const TELLING = { withZero: 7, without: 10 };

/** Whether digits that stand in a text are those of a number in E.164, written in whatever way. */
export function isSameNumber(digits: string, e164: string): boolean {
  const all = e164.slice(1);
  const significant = digits.replace(/^0+/, '');
  const least = digits.startsWith('0') ? TELLING.withZero : TELLING.without;
  return significant === all || (significant.length >= least && all.endsWith(significant));
}

/** The number alone, without what stands before it, and without its extension. */
const withoutAddition = (text: string): string => plain(text).replace(BEFORE, '').replace(EXTENSION, '').trim();

/** In ASCII, as far as it can be: no marks that nobody sees, digits of one width, one kind of dash. */
function plain(text: string): string {
  if (ONLY_ASCII.test(text)) return text.trim();
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\p{Pd}\u2212]/gu, '-')
    .trim();
}

/** A country whose numbers are known. */
export type PhoneCountry = CountryCode;

/** ISO 3166 in capitals, and the one name that everybody uses instead. */
export function phoneCountry(code: string): PhoneCountry | undefined {
  const upper = code.trim().toUpperCase();
  const known = upper === 'UK' ? 'GB' : upper;
  return isSupportedCountry(known) ? known : undefined;
}
