import type { Identity } from '#core/record/identity.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Failure } from '../destination-type.ts';

/** In the place of what names somebody. */
const MASK = '***';
const MAX_READ = 2_000;
const MAX_KEPT = 240;
/** Shorter values would take letters out of every word, and name nobody by themselves. */
const MIN_VALUE = 3;

/** What looks like it names somebody, whoever it is: addresses, numbers, hashes, tokens. */
const TELLING: readonly RegExp[] = [
  /[^\s"'<>(),;:]{1,128}(?:@|%40)[^\s"'<>(),;]{1,128}/g,
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi,
  /[A-Za-z0-9+/_=-]{20,}/g,
  /\+?\d(?:[ ().\-/]{0,2}\d){5,}/g,
];

/** A name of an error, such as `INVALID_MOBILE_ID_FORMAT`, is as long as a token. */
const isWord = (text: string): boolean => !/[\d@%]/.test(text);

/** The first letter of an identity, where that tells one thing from another. */
export const maskedIdentity = ({ namespace, value }: Identity): string =>
  `${namespace}:${value.length >= 6 ? value.slice(0, 1) : ''}${MASK}`;

/**
 * The words of a vendor about somebody, in one line, without what names them: their identities and attributes as they were
 * sent, in any case and percent-encoded; and whatever looks like an address, a number, a hash or a token.
 */
export function maskedWords(words: string, { identities, attributes }: ProfileDelivery): string {
  const values = [...identities.map(({ value }) => value), ...leavesOf(attributes)];
  const known = values
    .map((value) => value.normalize().trim())
    .flatMap((value) => [value, value.toLowerCase(), encodedOf(value), JSON.stringify(value).slice(1, -1)])
    .filter((value) => value.length >= MIN_VALUE);
  let text = words.slice(0, MAX_READ).normalize();
  // The longest first: a part of a name would leave the rest of it.
  for (const value of [...new Set(known)].sort((a, b) => b.length - a.length)) text = without(text, value);
  for (const telling of TELLING) text = text.replace(telling, (found) => (isWord(found) ? found : MASK));
  // Whoever reads this reads it in a terminal.
  const line = text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/(?:\*{3}[\s.,-]*)+\*{3}/g, MASK)
    .trim();
  return line.length > MAX_KEPT ? `${line.slice(0, MAX_KEPT - 1)}…` : line;
}

/** A failure as it may be stored. */
export const withMaskedDetail = (failure: Failure, delivery: ProfileDelivery): Failure =>
  failure.detail === undefined ? failure : { ...failure, detail: maskedWords(failure.detail, delivery) };

function encodedOf(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A text without another one, written in whatever case. */
function without(text: string, value: string): string {
  const escaped = value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return text.replace(new RegExp(escaped, 'giu'), MASK);
}

const MAX_DEPTH = 8;

/** Every text and number in attributes. */
function leavesOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return [];
  return Object.values(value).flatMap((each) => leavesOf(each, depth + 1));
}
