/** Chance that is the same for the same seed, on every machine. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Decimal digits, the first of them not 0. */
  digits(count: number): string;
  hex(count: number): string;
}

/** Mulberry32: small, quick, and good enough for examples. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const many = (count: number, one: () => string): string => Array.from({ length: count }, one).join('');
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (from) => from[integer(0, from.length - 1)]!,
    digits: (count) => `${integer(1, 9)}${many(count - 1, () => String(integer(0, 9)))}`,
    hex: (count) => many(count, () => integer(0, 15).toString(16)),
  };
}
