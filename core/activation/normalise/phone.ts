import { looksLikeDigest } from './digest.ts';

const ALLOWED = /^[+\d\s().\-/]+$/;
/** E.164: a country code, which never starts with 0, and at most 15 digits in all. */
const DIGITS = /^[1-9]\d{6,14}$/;

/**
 * A phone number in international form, of a value that has its country code: `+1 (503) 555-0142`, `15035550142`, `0049…`.
 * @param plus whether it begins with `+`
 * @returns undefined where it is no such number; a national number has no country code and can't be told from one that has
 */
export function normalPhone(number: string, { plus }: { readonly plus: boolean }): string | undefined {
  const trimmed = number.trim();
  if (!ALLOWED.test(trimmed) || looksLikeDigest(trimmed) || trimmed.lastIndexOf('+') > 0) return undefined;
  const digits = trimmed.replace(/\D/g, '').replace(/^00/, '');
  if (!DIGITS.test(digits)) return undefined;
  return plus ? `+${digits}` : digits;
}
