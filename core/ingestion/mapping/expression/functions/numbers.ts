import { addExactly } from '#core/util/decimal.ts';
import { numberOf } from '../../../convert/numbers.ts';
import { numberReader } from '../../number-text.ts';
import type { Apply, EagerFunction, Functions, Parameter, Written } from '../function.ts';
import { ANY, NUMBER, oneOf, TEXT } from '../types.ts';
import { asNumber, asText, Unusable } from '../values.ts';

const SCALAR: Parameter = { name: 'value', takes: 'scalar' };
const MARKS: readonly Parameter[] = [
  { name: 'decimal', takes: 'text', optional: true, literal: true },
  { name: 'thousands', takes: 'text', optional: true, literal: true },
];

/** A number of a text; on request with marks of its own, as people write it. */
function readNumbers({ literals, fail }: Written): (value: unknown) => number {
  const [, decimal, thousands] = literals as readonly (string | undefined)[];
  if (decimal === undefined) return (value) => asNumber(value);
  try {
    const read = numberReader({ decimal, ...(thousands !== undefined && { thousands }) });
    return (value) => (typeof value === 'number' ? value : (read(asText(value)) ?? notNumber(decimal)));
  } catch (error) {
    throw fail(1, (error as Error).message);
  }
}

function notNumber(decimal: string): never {
  throw new Unusable(`a number such as 12${decimal}50`, 'other text');
}

const toNumber = (change: (value: number) => unknown): EagerFunction => ({
  parameters: [SCALAR, ...MARKS],
  result: NUMBER,
  make(written): Apply {
    const read = readNumbers(written);
    return ([value]) => change(read(value));
  },
});

const decimal = toNumber((value) => value);

function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Unusable('a whole number', 'another number');
}

const MAX_DIGITS = 15;

/** Half away from zero, of the decimal that the number is written as. */
function round(value: number, digits: number): number {
  if (!Number.isInteger(digits) || Math.abs(digits) > MAX_DIGITS)
    throw new Unusable(`digits from -${MAX_DIGITS} to ${MAX_DIGITS}`, 'another number');
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e') as [string, string?];
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  const [shifted, power = '0'] = String(scaled).split('e') as [string, string?];
  const rounded = Number(`${shifted}e${Number(power) - digits}`);
  return value < 0 ? 0 - rounded : rounded;
}

const most = (isBetter: (a: number | string, b: number | string) => boolean): EagerFunction => ({
  parameters: [{ name: 'value', takes: 'scalar', nullable: true }],
  repeats: 1,
  result: (types) => (oneOf(types).kind === 'number' ? NUMBER : oneOf(types).kind === 'text' ? TEXT : ANY),
  make: ({ budget }) => {
    return (args) => {
      const given = args.filter((value) => value !== null);
      budget.spend(given.length);
      if (given.length === 0) return null;
      // Of a CSV file numbers are texts.
      const numbers = given.map((value) => (typeof value === 'string' ? numberOf(value) : value));
      const keys = numbers.every((value) => typeof value === 'number') ? (numbers as number[]) : given.map(asText);
      let best = 0;
      for (let i = 1; i < keys.length; i++) if (isBetter(keys[i]!, keys[best]!)) best = i;
      return given[best];
    };
  },
});

export const NUMBER_FUNCTIONS: Functions = {
  to_decimal: decimal,
  to_float: decimal,
  to_bigint: toNumber(whole),
  to_integer: toNumber((value) => whole(Math.trunc(value))),
  round: {
    parameters: [
      { name: 'number', takes: 'number' },
      { name: 'digits', takes: 'number', optional: true },
    ],
    result: NUMBER,
    make:
      () =>
      ([value, digits]) =>
        round(value as number, (digits as number | null) ?? 0),
  },
  abs: {
    parameters: [{ name: 'number', takes: 'number' }],
    result: NUMBER,
    make:
      () =>
      ([value]) =>
        Math.abs(value as number),
  },
  sum: {
    parameters: [{ name: 'list', takes: 'list' }],
    result: NUMBER,
    make: ({ budget }) => {
      return ([list]) => {
        const values = (list as readonly unknown[]).filter((value) => value !== null && value !== undefined);
        budget.spend((list as readonly unknown[]).length);
        return values.map((value) => asNumber(value)).reduce(addExactly, 0);
      };
    },
  },
  min: most((a, b) => a < b),
  max: most((a, b) => a > b),
};
