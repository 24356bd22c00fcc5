import type { Identity } from '#core/record/identity.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Failure } from '../destination-type.ts';

/** In the place of what names somebody. */
const MASK = '***';
const MAX_READ = 2_000;
const MAX_KEPT = 240;
/** Shorter values would take letters out of every word, and name nobody by themselves. */
const MIN_VALUE = 3;

/** What stands between the words of an error. */
const BETWEEN = /([\s"'<>(),;:=]+)/;
const MIN_TOKEN = 20;
const MIN_DIGITS = 6;

/** Whether a word looks like it names somebody, whoever it is: an address, a hash, a token. Names of errors have no digits. */
const isTelling = (word: string): boolean => /@|%40/.test(word) || (word.length >= MIN_TOKEN && /\d/.test(word));

/** A number of a telephone, or a card, and not the space behind it. */
const withoutNumber = (text: string): string =>
  text.replace(/\d/g, '').length <= text.length - MIN_DIGITS ? `${MASK}${/\s$/.test(text) ? ' ' : ''}` : text;

/** The first letter of an identity, where that tells one thing from another. */
export const maskedIdentity = ({ namespace, value }: Identity): string =>
  `${namespace}:${value.length >= 6 ? value.slice(0, 1) : ''}${MASK}`;

/**
 * The words of a vendor about somebody, in one line, without what names them: their identities and attributes as they were
 * sent, in any case and percent-encoded; and whatever looks like an address, a number, a hash or a token.
 */
export function maskedWords(
  said: string,
  { identities, attributes }: Pick<ProfileDelivery, 'identities' | 'attributes'>,
): string {
  const values = [...identities.map(({ value }) => value), ...leavesOf(attributes)];
  const known = values
    .map((value) => value.normalize().trim())
    .flatMap((value) => [value, value.toLowerCase(), encodedOf(value), JSON.stringify(value).slice(1, -1)])
    .filter((value) => value.length >= MIN_VALUE);
  let text = said.slice(0, MAX_READ).normalize();
  // The longest first: a part of a name would leave the rest of it.
  for (const value of [...new Set(known)].sort((a, b) => b.length - a.length)) text = without(text, value);
  const words = text.split(BETWEEN).map((word) => (isTelling(word) ? MASK : word));
  // Whoever reads this reads it in a terminal.
  const line = words
    .join('')
    .replace(/[+\d][\d ().\-/]*/g, withoutNumber)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
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
