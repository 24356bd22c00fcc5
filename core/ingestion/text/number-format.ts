import type { NumberFormat } from './csv-dialect.ts';
import { THOUSANDS, type Thousands } from './csv-settings.ts';

/** What people put between groups of digits, where one of several characters is meant. */
const CLASSES: Readonly<Record<Thousands, string>> = {
  '': '',
  ',': ',',
  '.': '\\.',
  ' ': '[ \\u00a0\\u2009\\u202f]',
  "'": "['\\u2019]",
};

/** Numbers as JSON has them, and as programs write them. */
export const PLAIN_NUMBERS: NumberFormat = { decimal: '.', thousands: '' };

/** The same text with a decimal point and nothing between its digits; undefined where it is no number of the format. */
export type ToPlainNumber = (text: string) => string | undefined;

/** What makes plain numbers of a format. The texts have no blanks around them. */
export function toPlainNumber({ decimal, thousands }: NumberFormat): ToPlainNumber {
  const point = CLASSES[decimal];
  const between = CLASSES[thousands];
  const groups = between === '' ? '' : String.raw`\d{1,3}(?:${between}\d{3})+|`;
  const format = new RegExp(String.raw`^[+-]?(?:(?:${groups}\d+)(?:${point}\d*)?|${point}\d+)(?:e[+-]?\d+)?$`, 'i');
  const separators = between === '' ? undefined : new RegExp(between, 'g');
  return (text) => {
    if (!format.test(text)) return undefined;
    const digits = separators ? text.replaceAll(separators, '') : text;
    return decimal === '.' ? digits : digits.replace(',', '.');
  };
}

interface Given {
  readonly decimal?: NumberFormat['decimal'] | undefined;
  readonly thousands?: Thousands | undefined;
}

/** All formats there are within what is given, the plainest first. */
function formatsWithin({ decimal, thousands }: Given): readonly NumberFormat[] {
  const all = (['.', ','] as const).flatMap((point) =>
    THOUSANDS.map((between) => ({ decimal: point, thousands: between })),
  );
  return all.filter(
    (format) =>
      format.decimal !== format.thousands &&
      (decimal === undefined || format.decimal === decimal) &&
      (thousands === undefined || format.thousands === thousands),
  );
}

/**
 * The format of numbers: the plainest that fits all cells that are numbers in any format. What is a number in none says
 * nothing here; its row is rejected later.
 * @param isLocal whether the file was written where a decimal comma is as likely as a point: then two formats in which
 *   the cells are different numbers leave a doubt, also where one of them is the plain one
 * @returns the format, or two that fit and do not mean the same
 */
export function detectNumbers(
  cells: readonly string[],
  given: Given,
  isLocal: boolean,
): { readonly format: NumberFormat } | { readonly doubt: readonly [NumberFormat, NumberFormat] } {
  const formats = formatsWithin(given);
  const usual = formats[0]!;
  const readers = formats.map(toPlainNumber);
  // What is a number without any sign in it is one in every format.
  const texts = [...new Set(cells.map((cell) => cell.trim()))].filter((text) => /\D/.test(text.replace(/^[+-]/, '')));
  const numbers = texts.filter((text) => readers.some((read) => read(text) !== undefined));
  const fits = readers.map((read) => numbers.every((text) => read(text) !== undefined));
  const fitting = formats.filter((_, i) => fits[i]);
  if (fitting.length === 0 || (fits[0] && !isLocal)) return { format: usual };
  const meaning = (format: NumberFormat): string => {
    const read = toPlainNumber(format);
    return JSON.stringify(numbers.map((text) => Number(read(text))));
  };
  const first = fitting[0]!;
  const other = fitting.find((format) => meaning(format) !== meaning(first));
  return other ? { doubt: [first, other] } : { format: first };
}

/** A format in words. */
export function describeNumbers({ decimal, thousands }: NumberFormat): string {
  const point = decimal === '.' ? 'a decimal point' : 'a decimal comma';
  const between: Readonly<Record<Thousands, string>> = {
    '': '',
    ',': ' and commas between thousands',
    '.': ' and points between thousands',
    ' ': ' and blanks between thousands',
    "'": ' and apostrophes between thousands',
  };
  return point + between[thousands];
}
