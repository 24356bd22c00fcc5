/**
 * Arithmetic on numbers as people write them: the decimal that a double prints as is taken for exact, so that
 * 0.1 + 0.2 is 0.3 and a sum does not depend on the order of its terms.
 */

interface Decimal {
  readonly units: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

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

export const addExactly = (a: number, b: number): number =>
  Number.isSafeInteger(a) && Number.isSafeInteger(b) ? a + b : sumExactly([a, b]);

export function multiplyExactly(a: number, b: number): number {
  const product = a * b;
  if (Number.isInteger(a) && Number.isInteger(b) && Number.isSafeInteger(product)) return product;
  const [x, y] = [decimalOf(a), decimalOf(b)];
  return toNumber({ units: x.units * y.units, scale: x.scale + y.scale });
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

const toNumber = (value: Decimal): number => Number(`${value.units}e-${value.scale}`);
