/**
 * Arithmetic on numbers as people write them: the decimal that a double prints as is taken for exact, so that
 * 0.1 + 0.2 is 0.3, a sum does not depend on the order of its terms, and 19.99 is a multiple of 0.01.
 */

interface Decimal {
  readonly units: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

/** Up to here powers of ten are exact doubles. */
const MAX_EXACT_POWER = 22;
const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

/** Exact sum of finite numbers; 0 for none. */
export function sumExactly(values: readonly number[]): number {
  const scale = values.reduce((most, value) => Math.max(most, smallScaleOf(value)), 0);
  if (scale < POWERS.length) {
    const power = POWERS[scale]!;
    let total = 0;
    for (const value of values) total += Math.round(value * power);
    // Every partial sum is at most this, so below it no step of the addition was rounded.
    const bound = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * power * values.length;
    if (bound <= Number.MAX_SAFE_INTEGER) return total / power;
  }
  return toNumber(values.map(decimalOf).reduce(addDecimals, { units: 0n, scale: 0 }));
}

/** Exact sum of two finite numbers. */
export const addExactly = (a: number, b: number): number =>
  Number.isSafeInteger(a) && Number.isSafeInteger(b) ? a + b : sumExactly([a, b]);

/** Exact product of two finite numbers. */
export function multiplyExactly(a: number, b: number): number {
  const product = a * b;
  if (Number.isInteger(a) && Number.isInteger(b) && Number.isSafeInteger(product)) return product;
  const [x, y] = [decimalOf(a), decimalOf(b)];
  return toNumber({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** Whether a finite number is a whole multiple of another, which is not 0: 19.99 is one of 0.01. */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  const [a, b] = [decimalOf(value), decimalOf(divisor)];
  const scale = Math.max(a.scale, b.scale);
  return atScale(a, scale) % atScale(b, scale) === 0n;
}

/**
 * A function from whole units of the last digit to their number; the nearest one, where it has too many digits.
 * @param scale digits after the point; negative where the last digits before it are omitted
 */
export function fromUnits(scale: number): (units: number | bigint) => number {
  // Both being exact, the division gives the nearest number.
  const divisor = scale >= 0 && scale <= MAX_EXACT_POWER ? 10 ** scale : undefined;
  return (units) =>
    divisor !== undefined && typeof units === 'number' ? units / divisor : Number(`${units}e${-scale}`);
}

/** Digits after the point when they are few and the scaled value stays exact; `POWERS.length` otherwise. */
function smallScaleOf(value: number): number {
  for (let scale = 0; scale < POWERS.length; scale += 1) {
    const scaled = Math.round(value * POWERS[scale]!);
    if (Math.abs(scaled) > Number.MAX_SAFE_INTEGER) break;
    if (scaled / POWERS[scale]! === value) return scale;
  }
  return POWERS.length;
}

function decimalOf(value: number): Decimal {
  const [mantissa, exponent] = String(value).split('e') as [string, string | undefined];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string | undefined];
  const scale = fraction.length - Number(exponent ?? 0);
  const units = BigInt(whole + fraction);
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: atScale(a, scale) + atScale(b, scale), scale };
}

const atScale = (value: Decimal, scale: number): bigint => value.units * 10n ** BigInt(scale - value.scale);

const toNumber = ({ units, scale }: Decimal): number => fromUnits(scale)(units);
