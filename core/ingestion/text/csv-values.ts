import type { Rejection } from '#core/record/record.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { PLAIN_NUMBERS, toPlainNumber } from './number-format.ts';

/** Writes the cells of a row as they are read everywhere. @returns why one of them cannot be, if so */
export type CellConverter = (cells: string[]) => Rejection | undefined;

/**
 * What makes plain numbers and booleans of cells that are written in the way of their country or their tool. Other cells
 * stay as they are, and so does one that is no value at all: what it is instead is for the mapping to say. One that would
 * mean something else when it is read plainly is rejected.
 */
export function cellConverters(
  { numbers, booleans }: Pick<CsvDialect, 'numbers' | 'booleans'>,
  header: readonly string[],
): readonly CellConverter[] {
  const converters: CellConverter[] = [];
  const nameless = header.flatMap((name, i) => (name === '' ? [i] : []));
  if (nameless.length > 0) {
    // Nobody reads them, and an empty cell is none.
    converters.push((cells) => {
      for (const column of nameless) cells[column] = '';
      return undefined;
    });
  }
  if (numbers) {
    const read = toPlainNumber(numbers);
    const isPlain = toPlainNumber(PLAIN_NUMBERS);
    const convert = (text: string): string | undefined =>
      read(text) ?? (isPlain(text) === undefined ? text : undefined);
    const expected = `a number such as 1${numbers.thousands}234${numbers.decimal}50`;
    converters.push(converter(numbers.columns, header, convert, expected));
  }
  if (booleans) {
    const words = new Map([
      ...booleans.true.map((word) => [word, 'true'] as const),
      ...booleans.false.map((word) => [word, 'false'] as const),
    ]);
    const convert = (text: string): string | undefined =>
      words.get(text.toLowerCase()) ?? (USUAL_BOOLEANS.has(text.toLowerCase()) ? undefined : text);
    const expected = `${booleans.true.join(', ')} for true, ${booleans.false.join(', ')} for false`;
    converters.push(converter(booleans.columns, header, convert, expected));
  }
  return converters;
}

/** Words that are booleans where a dataset has none of its own. */
export const USUAL_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', '0'].map((word) => [word, false] as const),
]);

function converter(
  columns: readonly number[],
  header: readonly string[],
  convert: (text: string) => string | undefined,
  expected: string,
): CellConverter {
  return (cells) => {
    for (const column of columns) {
      const cell = cells[column]!.trim();
      const text = convert(cell);
      if (text === undefined) return otherWriting(header[column]!, expected);
      if (text !== cell) cells[column] = text;
    }
    return undefined;
  };
}

const otherWriting = (column: string, expected: string): Rejection => ({
  code: 'mapping-failed',
  column,
  message: `Column "${column}" is written otherwise in this row than in the rest of the file, or than the dataset's "csv" says: expected ${expected}`,
  expected,
  found: 'another way of writing',
});
