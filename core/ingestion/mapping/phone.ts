import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Digits, and what people put between them; no letters, no extension. */
const LOOKS_LIKE_A_NUMBER = /^\+?[\d\s()./-]{3,40}$/;

/**
 * A telephone number as E.164 (`+4930123456`): the form of the namespace Phone_E.164 (aep.md §3.1, §6.4), so that a
 * number is one identity in whatever way it is written. `00` at the beginning means `+` everywhere.
 * @param country ISO 3166 code of the country that a number without country code is of
 * @returns undefined when it is no number, or none that could exist there
 */
export function toE164(text: string, country?: PhoneCountry): string | undefined {
  const trimmed = text.trim();
  if (!LOOKS_LIKE_A_NUMBER.test(trimmed)) return undefined;
  const international = trimmed.replace(/^0\s?0(?=[\s()./-]*[1-9])/, '+');
  const number = parsePhoneNumberFromString(international, {
    extract: false,
    ...(country !== undefined && { defaultCountry: country }),
  });
  return number?.isPossible() ? number.number : undefined;
}

/** A country whose numbers are known. */
export type PhoneCountry = CountryCode;

/** ISO 3166 in capitals, and the one name that everybody uses instead. */
export function phoneCountry(code: string): PhoneCountry | undefined {
  const upper = code.trim().toUpperCase();
  const known = upper === 'UK' ? 'GB' : upper;
  return isSupportedCountry(known) ? known : undefined;
}
