import type { EagerFunction, Functions, Parameter } from '../function.ts';
import { BOOLEAN, listOf, NUMBER, TEXT } from '../types.ts';
import { asText, type Budget, Unusable } from '../values.ts';

const text = (name = 'text'): Parameter => ({ name, takes: 'text' });
const number = (name: string): Parameter => ({ name, takes: 'number' });
const optional = (parameter: Parameter): Parameter => ({ ...parameter, optional: true });

/** A function of one text. */
const ofText = (change: (text: string) => string): EagerFunction => ({
  parameters: [text()],
  result: TEXT,
  make:
    ({ budget }) =>
    ([given]) =>
      made(change(given as string), budget),
});

function made(result: string, budget: Budget): string {
  budget.spend(result.length);
  return result;
}

/** Longest of what a text is filled up to. */
const MAX_PADDED = 1_024;

function padding(side: 'padStart' | 'padEnd'): EagerFunction {
  return {
    parameters: [text(), number('length'), optional(text('padding'))],
    result: TEXT,
    make:
      ({ budget }) =>
      ([given, length, filling]) =>
        made((given as string)[side](count(length, MAX_PADDED), (filling as string | null) || ' '), budget),
  };
}

/** @throws Unusable */
function count(value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  const whole = value as number;
  if (Number.isInteger(whole) && whole >= 0 && whole <= most) return whole;
  throw new Unusable(
    most === Number.MAX_SAFE_INTEGER ? 'a whole number from 0' : `a whole number from 0 to ${most}`,
    'another number',
  );
}

const HALVES = /[\ud800-\udfff]/;

/** A part of a text, counted in characters, none of which is cut in half. */
function slice(given: string, start: number, end: number): string {
  return HALVES.test(given) ? [...given].slice(start, end).join('') : given.slice(start, end);
}

const lengthOf = (given: string): number => (HALVES.test(given) ? [...given].length : given.length);

const counted = (parts: readonly string[], budget: Budget): readonly string[] => {
  budget.spend(parts.length);
  return parts;
};

/** Adobe's separators need backslashes before some characters; here they may have them. */
const plainSeparator = (separator: string): string => separator.replaceAll(/\\([\s\S])/g, '$1');

const lower = ofText((given) => given.toLowerCase());
const upper = ofText((given) => given.toUpperCase());

const replace: EagerFunction = {
  parameters: [text(), text('search'), text('replacement')],
  result: TEXT,
  make: ({ budget }) => {
    return ([given, search, replacement]) => {
      const [whole, wanted, other] = [given as string, search as string, replacement as string];
      if (wanted === '') return whole;
      // Counted before it is made: it may be far longer.
      const parts = whole.split(wanted);
      budget.spend(whole.length + (parts.length - 1) * other.length);
      return parts.join(other);
    };
  },
};

const compare = (is: (a: string, b: string) => boolean): EagerFunction => ({
  parameters: [text(), text('other')],
  result: BOOLEAN,
  make:
    () =>
    ([a, b]) =>
      is(a as string, b as string),
});

const substring: EagerFunction = {
  parameters: [text(), number('start'), optional(number('end'))],
  result: TEXT,
  make:
    ({ budget }) =>
    ([given, start, end]) =>
      made(slice(given as string, count(start), end === null ? Number.MAX_SAFE_INTEGER : count(end)), budget),
};

export const TEXT_FUNCTIONS: Functions = {
  concat: {
    parameters: [{ name: 'text', takes: 'text', nullable: true }],
    repeats: 1,
    result: TEXT,
    make: ({ budget }) => {
      return (args) => {
        const given = args.filter((arg) => arg !== null) as string[];
        if (given.length === 0) return null;
        budget.spend(given.reduce((length, { length: more }) => length + more, 0));
        return given.join('');
      };
    },
  },
  lower,
  lcase: lower,
  upper,
  ucase: upper,
  trim: ofText((given) => given.trim()),
  ltrim: ofText((given) => given.trimStart()),
  rtrim: ofText((given) => given.trimEnd()),
  left: {
    parameters: [text(), number('count')],
    result: TEXT,
    make:
      ({ budget }) =>
      ([given, length]) =>
        made(slice(given as string, 0, count(length)), budget),
  },
  right: {
    parameters: [text(), number('count')],
    result: TEXT,
    make:
      ({ budget }) =>
      ([given, length]) => {
        const whole = given as string;
        return made(slice(whole, Math.max(0, lengthOf(whole) - count(length)), Number.MAX_SAFE_INTEGER), budget);
      },
  },
  substr: {
    parameters: [text(), number('start'), number('length')],
    result: TEXT,
    make:
      ({ budget }) =>
      ([given, start, length]) =>
        made(slice(given as string, count(start), count(start) + count(length)), budget),
  },
  substring,
  lpad: padding('padStart'),
  rpad: padding('padEnd'),
  replacestr: replace,
  replace,
  instr: {
    parameters: [text(), text('part')],
    result: NUMBER,
    make:
      () =>
      ([given, part]) =>
        (given as string).indexOf(part as string),
  },
  length: {
    parameters: [text()],
    result: NUMBER,
    make:
      () =>
      ([given]) =>
        lengthOf(given as string),
  },
  contains: compare((given, part) => given.includes(part)),
  equals: compare((a, b) => a === b),
  equalsIgnoreCase: compare((a, b) => a.toLowerCase() === b.toLowerCase()),
  split: {
    parameters: [text(), text('separator')],
    result: listOf(TEXT),
    make: ({ budget }) => {
      return ([given, separator]) => {
        const between = plainSeparator(separator as string);
        return between === '' ? [given] : counted((given as string).split(between), budget);
      };
    },
  },
  join: {
    parameters: [text('separator'), { name: 'list', takes: 'list' }],
    result: TEXT,
    make: ({ budget }) => {
      return ([separator, list]) => {
        const values = (list as readonly unknown[]).filter((item) => item !== null && item !== undefined);
        budget.spend((list as readonly unknown[]).length);
        const texts = values.map((item) => asText(item));
        const between = separator as string;
        budget.spend(texts.reduce((length, one) => length + one.length + between.length, 0));
        return texts.length === 0 ? null : texts.join(between);
      };
    },
  },
};
