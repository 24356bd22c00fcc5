import { type DecodedRecord, MAX_RECORD_BYTES, type Position, type Raw, type Rejection } from '#core/record/record.ts';
import { cellReader } from './csv-cells.ts';
import { type CsvDialect, delimiterName, isUtf16, PLAIN_CSV } from './csv-dialect.ts';
import { type CellConverter, cellConverters } from './csv-values.ts';
import { INVALID_ENCODING, rawOf, tooLarge, utf8Of } from './decode-json.ts';
import { KEPT_BYTES, type RawRecord } from './splitter.ts';

/** A row as its cells, in the order of the header; undefined where it repeats the header, which is no record. */
export type RowReader = (record: RawRecord, position: Position) => DecodedRecord | undefined;

/** What reads the rows of a CSV file. @param header the names of its columns, as its chunks have them */
export function rowReader(header: readonly string[], csv: CsvDialect = PLAIN_CSV): RowReader {
  const textOf = textReader(csv);
  const cellsOf = cellReader(csv);
  const converters = cellConverters(csv, header);
  const isHeader = headerFinder(header, csv);
  return (record, position) => {
    const text = textOf(record);
    if (text === SECOND_BEGINNING && isHeader(cellsOf(utf8Of(record.bytes)!.slice(1)))) return undefined;
    if (typeof text !== 'string') return { position, ...rawOf(record.bytes), rejection: text };
    const cells = cellsOf(text);
    if (isHeader(cells)) return undefined;
    const rejection =
      cells.length === header.length
        ? rejectionIn(cells, converters)
        : wrongCount(header.length, cells.length, csv.delimiter);
    return rejection ? { position, raw: text, rejection } : { position, raw: text, value: cells };
  };
}

/** Converts the cells. @returns why one of them cannot be, if so */
function rejectionIn(cells: string[], converters: readonly CellConverter[]): Rejection | undefined {
  for (const convert of converters) {
    const rejection = convert(cells);
    if (rejection) return rejection;
  }
  return undefined;
}

/** Names of columns, as they are compared: what is around them does not matter. */
export const nameOf = (cell: string): string => cell.trim();

/** Where rows have an index, the header may lack its name. */
function headerFinder(header: readonly string[], { anyCase }: CsvDialect): (cells: readonly string[]) => boolean {
  const same = anyCase
    ? (cell: string, name: string): boolean => nameOf(cell).toLowerCase() === name.toLowerCase()
    : (cell: string, name: string): boolean => cell === name || (cell.length > name.length && nameOf(cell) === name);
  const shorter = header[0] === '' ? header.slice(1) : undefined;
  const isSame = (cells: readonly string[], names: readonly string[]): boolean =>
    cells.length === names.length && same(cells[0]!, names[0]!) && cells.every((cell, i) => same(cell, names[i]!));
  return (cells) => isSame(cells, header) || (shorter !== undefined && shorter.length > 0 && isSame(cells, shorter));
}

/** What makes a text of a row whose quotes are right, or says what is wrong with it. */
export function textReader({ encoding }: Pick<CsvDialect, 'encoding'>): (record: RawRecord) => string | Rejection {
  const isUnicode = encoding === 'utf-8' || isUtf16(encoding);
  const decoder = isUnicode ? undefined : new TextDecoder(encoding);
  return ({ bytes, length, parseError }) => {
    if (length > MAX_RECORD_BYTES) return tooLarge(length);
    const text = decoder ? decoder.decode(bytes) : utf8Of(bytes);
    if (text === undefined) return isUtf16(encoding) ? INVALID_ENCODING : NOT_UTF_8;
    if (parseError !== undefined) return { code: 'malformed', message: parseError };
    if (text.includes('\u0000')) return ZERO_BYTE;
    return text.startsWith('\ufeff') ? SECOND_BEGINNING : text;
  };
}

const NOT_UTF_8: Rejection = {
  ...INVALID_ENCODING,
  message:
    'The row is not valid UTF-8; write the file in UTF-8, or say how the files of the dataset are encoded (csv: {encoding: windows-1252}, for example)',
};

const ZERO_BYTE: Rejection = {
  code: 'malformed',
  message: 'The row holds a zero byte, which no text has; write the file again',
  expected: 'text',
  found: 'a zero byte',
};

/** Left to itself it would become a part of the first cell, where nobody sees it. */
const SECOND_BEGINNING: Rejection = {
  code: 'malformed',
  message: 'The row begins with a byte order mark: another file was appended here. Remove the mark',
  expected: 'a row',
  found: 'the beginning of a file',
};

const wrongCount = (expected: number, found: number, delimiter: string): Rejection => ({
  code: 'malformed',
  message: `The row has another number of columns than the header; ${delimiter === ',' ? 'a comma' : `one of the ${delimiterName(delimiter)}`} or a quote may be missing or too many`,
  expected: `${expected} columns`,
  found: `${found} columns`,
});

/** What is kept of a record that was rejected before it was parsed: all of it, unless it is too large. */
export const keptRaw = ({ bytes, length }: RawRecord): Raw =>
  rawOf(length > MAX_RECORD_BYTES ? bytes.subarray(0, KEPT_BYTES) : bytes);
