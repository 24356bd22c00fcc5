import { numberOf } from '../../convert/numbers.ts';
import type { StaticType } from './types.ts';
import { asBoolean, asDate, asNumber, asScalar, asText, Unusable } from './values.ts';

/**
 * As what two values are compared, which what is known of them decides: a value of a CSV file, which is a text, has to be
 * the same as one of JSON. `natural`: as numbers, where both are.
 */
type Comparison = 'number' | 'boolean' | 'date' | 'text' | 'natural';

function comparisonOf(types: readonly StaticType[], otherwise: Comparison): Comparison {
  const kinds = types.map(({ kind }) => kind);
  for (const kind of ['date', 'number', 'boolean'] as const) if (kinds.includes(kind)) return kind;
  return kinds.includes('text') ? 'text' : otherwise;
}

/**
 * Compiles a test whether two values are the same. Nothing is the same as nothing only; what is no number is not the same
 * as a number.
 * @returns a test that throws {@link Unusable} for lists and objects
 */
export function compileEquality(types: readonly StaticType[]): (a: unknown, b: unknown) => boolean {
  const key = KEYS[comparisonOf(types, 'text')];
  return (a, b) => {
    if (a === null || b === null) return a === b;
    const [x, y] = [keyOf(a, key), keyOf(b, key)];
    return x !== undefined && x === y;
  };
}

/** @returns less than 0 where the first is less than the second, NaN where they can't be compared */
export function compileOrder(types: readonly StaticType[]): (a: unknown, b: unknown) => number {
  const comparison = comparisonOf(types, 'natural');
  if (comparison === 'number' || comparison === 'date') {
    const key = comparison === 'number' ? asNumber : (value: unknown) => asDate(value).ms;
    return (a, b) => key(a) - key(b);
  }
  const isNatural = comparison === 'natural';
  return (a, b) => {
    const [x, y] = [asText(a), asText(b)];
    const [first, second] = isNatural ? [numberOf(x), numberOf(y)] : [];
    if (first !== undefined && second !== undefined) return first - second;
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

const KEYS = {
  number: asNumber,
  boolean: asBoolean,
  date: (value: unknown) => asDate(value).ms,
  text: asText,
  natural: asText,
};

function keyOf(value: unknown, key: (value: unknown) => unknown): unknown {
  const scalar = asScalar(value);
  try {
    return key(scalar);
  } catch (error) {
    if (error instanceof Unusable) return undefined;
    throw error;
  }
}
