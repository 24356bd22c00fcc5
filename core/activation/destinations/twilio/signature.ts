import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether Twilio has made a request: the base64 of an HMAC-SHA1, keyed with the account's auth token, of the address and
 * all parameters of the form in the order of their names (README).
 * @param url as Twilio was told it, the query included
 * @param signature the header `x-twilio-signature`
 */
export function isFromTwilio(url: string, form: URLSearchParams, signature: string, authToken: string): boolean {
  const sorted = [...form].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0));
  const text = url + sorted.map(([name, value]) => `${name}${value}`).join('');
  const [expected, given] = [createHmac('sha1', authToken).update(text).digest(), Buffer.from(signature, 'base64')];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
