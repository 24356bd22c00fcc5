import {
  type DecodedRecord,
  FileRejectedError,
  MAX_RECORD_BYTES,
  type Position,
  type Raw,
  type Rejection,
} from '#core/record/record.ts';
import { INVALID_ENCODING, isUnsafeKey, rawOf, tooLarge, utf8Of } from './decode-json.ts';
import { KEPT_BYTES, type RawRecord } from './splitter.ts';

/** A row of a CSV file as its cells, in the order of the header. */
export function csvRow(record: RawRecord, header: readonly string[], position: Position): DecodedRecord {
  const text = textOfRow(record);
  if (typeof text !== 'string') return { position, ...rawOf(record.bytes), rejection: text };
  const cells = cellsOf(text);
  if (cells.length !== header.length)
    return { position, raw: text, rejection: wrongCount(header.length, cells.length) };
  return { position, raw: text, value: cells };
}

/** The text of a row whose quotes are right, or what is wrong with it. */
function textOfRow({ bytes, length, parseError }: RawRecord): string | Rejection {
  if (length > MAX_RECORD_BYTES) return tooLarge(length);
  const text = utf8Of(bytes);
  if (text === undefined) return INVALID_ENCODING;
  if (parseError !== undefined) return { code: 'malformed', message: parseError };
  if (text.includes('\u0000')) return ZERO_BYTE;
  return text.startsWith('\ufeff') ? SECOND_BEGINNING : text;
}

const ZERO_BYTE: Rejection = {
  code: 'malformed',
  message: 'The row holds a zero byte, which no text has; write the file again',
  expected: 'text',
  found: 'a zero byte',
};

/** Left to itself it would become a part of the first cell, where nobody sees it. */
const SECOND_BEGINNING: Rejection = {
  code: 'malformed',
  message:
    'The row begins with a byte order mark: another file was appended here. Remove the mark, and the header if this is one',
  expected: 'a row',
  found: 'the beginning of a file',
};

const QUOTE = 0x22;

/** @param row one whose quotes the splitter has found right: each field is quoted as a whole or not at all */
function cellsOf(row: string): string[] {
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    let end: number;
    if (row.charCodeAt(at) === QUOTE) {
      let close = row.indexOf('"', at + 1);
      let hasQuotes = false;
      while (row.charCodeAt(close + 1) === QUOTE) {
        hasQuotes = true;
        close = row.indexOf('"', close + 2);
      }
      const cell = row.slice(at + 1, close);
      cells.push(hasQuotes ? cell.replaceAll('""', '"') : cell);
      end = close + 1;
    } else {
      const comma = row.indexOf(',', at);
      end = comma < 0 ? row.length : comma;
      cells.push(row.slice(at, end));
    }
    if (end === row.length) return cells;
    at = end;
  }
}

const wrongCount = (expected: number, found: number): Rejection => ({
  code: 'malformed',
  message: 'The row has another number of columns than the header; a comma or a quote may be missing or too many',
  expected: `${expected} columns`,
  found: `${found} columns`,
});

/** A header travels with every chunk of its file. */
const MAX_HEADER_BYTES = 65_536;

/**
 * The names of the columns. What is wrong is told by number: a file without a header would show a person's data.
 * @throws FileRejectedError `invalid-header`
 */
export function readHeader(record: RawRecord): readonly string[] {
  if (record.length > MAX_HEADER_BYTES) {
    throw invalidHeader('The header is too long', `at most ${MAX_HEADER_BYTES} bytes`, `${record.length} bytes`);
  }
  const text = textOfRow(record);
  if (typeof text !== 'string')
    throw invalidHeader(`The header can't be read. ${text.message}`, 'names of columns, separated by commas');
  const names = cellsOf(text).map((name) => name.trim());
  // With escapes, control characters are six times as long.
  const length = Buffer.byteLength(JSON.stringify(names));
  if (length > 2 * MAX_HEADER_BYTES) {
    throw invalidHeader('The header is too long', `at most ${MAX_HEADER_BYTES} bytes`, `${length} bytes, as JSON`);
  }
  if (names.length === 1 && /[;\t|]/.test(names[0]!)) {
    throw invalidHeader('The columns are not separated by commas', 'commas', 'semicolons, tabs or bars');
  }
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const column = i + 1;
    if (name === '') throw invalidHeader(`Column ${column} has no name`, 'a name for every column');
    if (name.split('.').some(isUnsafeKey))
      throw invalidHeader(`The name of column ${column} is reserved`, 'another name');
    const first = seen.get(name);
    if (first !== undefined) {
      throw invalidHeader(`Columns ${first} and ${column} have the same name`, 'a different name for every column');
    }
    seen.set(name, column);
  }
  return names;
}

const invalidHeader = (message: string, expected: string, found?: string): FileRejectedError =>
  new FileRejectedError({
    code: 'invalid-header',
    message: `${message}. The first line of a CSV file names its columns`,
    expected,
    ...(found === undefined ? {} : { found }),
  });

/** What is kept of a record that was rejected before it was parsed: all of it, unless it is too large. */
export const keptRaw = ({ bytes, length }: RawRecord): Raw =>
  rawOf(length > MAX_RECORD_BYTES ? bytes.subarray(0, KEPT_BYTES) : bytes);
