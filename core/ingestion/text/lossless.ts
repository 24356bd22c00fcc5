import type { Rejection } from '#core/record/record.ts';
import { pointerStep, reportedPointer } from '#core/util/pointer.ts';

/**
 * What JavaScript would change of a JSON text without a word: whole numbers that no double is written as, and halves of
 * characters, which cannot be written as UTF-8 and would all become the same one. A record with either is rejected, for
 * what is ingested is what was sent.
 * @param hasLargeNumber whether the value has a number beyond 2^53; only then numbers are looked at
 */
export function lossy(text: string, value: unknown, hasLargeNumber: boolean): Rejection | undefined {
  if (hasLargeNumber) {
    const pointer = placeOf(withSources(text), (one) => one === INEXACT);
    if (pointer !== undefined) return { ...INEXACT_NUMBER, pointer: reportedPointer(pointer) };
  }
  // Half a character can only come of an escape: the text itself was UTF-8.
  if (!text.includes('\\ud') && !text.includes('\\uD')) return undefined;
  const pointer = placeOf(value, (one) => typeof one === 'string' && !one.isWellFormed());
  return pointer === undefined ? undefined : { ...HALF_A_CHARACTER, pointer: reportedPointer(pointer) };
}

const INEXACT = Symbol('a whole number that no double is written as');

/** The value once more, with a mark in the place of every number that is not what was written. */
function withSources(text: string): unknown {
  const mark = (_: string, value: unknown, { source }: { readonly source?: string }): unknown =>
    typeof value === 'number' && source !== undefined && !isExact(source, value) ? INEXACT : value;
  return JSON.parse(text, mark as (key: string, value: unknown) => unknown);
}

const WHOLE = /^[+-]?\d+$/;

/**
 * Whether a number is written again as the text it was read from. Fractions and powers of ten are doubles by nature: of
 * them the nearest is taken.
 */
export const isExact = (source: string, value: number): boolean =>
  Number.isSafeInteger(value) || !WHOLE.test(source) || String(value) === source || BigInt(source) === BigInt(value);

/** The pointer to the first value, or key, of which something is true. */
function placeOf(value: unknown, is: (value: unknown) => boolean): string | undefined {
  if (is(value)) return '';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of Object.keys(value)) {
    const step = pointerStep(key);
    if (is(key)) return step;
    const place = placeOf((value as Record<string, unknown>)[key], is);
    if (place !== undefined) return `${step}${place}`;
  }
  return undefined;
}

const INEXACT_NUMBER: Rejection = {
  code: 'malformed',
  message: 'The record has a whole number that is too large to be exact; send it as text',
  expected: 'whole numbers up to 9007199254740991, or text',
  found: 'a larger number',
};

const HALF_A_CHARACTER: Rejection = {
  code: 'invalid-encoding',
  message:
    'The record has half of a character (an escape from \\ud800 to \\udfff without its other half); leave it out',
  expected: 'both halves, one after the other',
  found: 'one of them',
};
