import { hash } from 'node:crypto';
import type { Position } from '#core/record/record.ts';

/** Ids of records and arrivals are numbers of 48 bits, in base64url. */
const LENGTH = 8;
const BITS = 48;

/** Names a record of a dataset by what makes it this one. */
export const recordId = (datasetId: string, identity: string): string => shortHash(`${datasetId}\u0000${identity}`);

/**
 * Names one arrival of a record: where it stood and when it came. What the platform delivers to itself again is the same
 * arrival; what a producer sends again is another one, and so a duplicate. Rows of a file are counted on from where the
 * file begins, so that two of them are never the same; and a hash for each would cost as much as validating it.
 * @param receivedAt epoch ms
 */
export function ingestionIdOf(
  { source, sequenceNumber, subSequenceNumber, row }: Position,
  receivedAt: number,
): string {
  if (row === undefined) {
    const place = subSequenceNumber === undefined ? '' : `.${subSequenceNumber}`;
    return shortHash(`${source}|${sequenceNumber ?? ''}${place}|${receivedAt}`);
  }
  if (latest.source !== source || latest.receivedAt !== receivedAt) {
    latest = { source, receivedAt, start: startOf(source, receivedAt) };
  }
  return base64url((latest.start + row) % 2 ** BITS);
}

/** Records come file by file. */
let latest = { source: '', receivedAt: Number.NaN, start: 0 };

const startOf = (source: string, receivedAt: number): number =>
  hash('sha256', `${source}|${receivedAt}`, 'buffer').readUIntBE(0, BITS / 8);

const shortHash = (text: string): string => hash('sha256', text, 'base64url').slice(0, LENGTH);

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** All of two digits. */
const PAIRS = [...DIGITS].flatMap((first) => [...DIGITS].map((second) => first + second));

function base64url(value: number): string {
  const [high, low] = [Math.floor(value / 2 ** 24), value % 2 ** 24];
  return `${PAIRS[high >> 12]}${PAIRS[high & 0xfff]}${PAIRS[low >> 12]}${PAIRS[low & 0xfff]}`;
}
