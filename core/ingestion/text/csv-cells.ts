import type { CsvDialect } from './csv-dialect.ts';

/** Takes a row apart. @param row one whose quotes the splitter has found right: each field is quoted as a whole or not at all */
export type CellsOf = (row: string) => string[];

/** What takes the rows of a dialect apart. */
export function cellReader(dialect: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>): CellsOf {
  const { delimiter, quote } = dialect;
  if (dialect.escape === 'double')
    return quote === '' ? (row) => row.split(delimiter) : (row) => quoted(row, delimiter, quote);
  return quote === '' ? (row) => escaped(row, delimiter) : (row) => quotedEscaped(row, delimiter, quote);
}

/** A quote inside quotes is doubled (RFC 4180). */
function quoted(row: string, delimiter: string, quote: string): string[] {
  const cells: string[] = [];
  const code = quote.charCodeAt(0);
  for (let at = 0; ; at++) {
    let end: number;
    if (row.charCodeAt(at) === code) {
      let close = row.indexOf(quote, at + 1);
      let hasQuotes = false;
      while (row.charCodeAt(close + 1) === code) {
        hasQuotes = true;
        close = row.indexOf(quote, close + 2);
      }
      const cell = row.slice(at + 1, close);
      cells.push(hasQuotes ? cell.replaceAll(quote + quote, quote) : cell);
      end = close + 1;
    } else {
      const next = row.indexOf(delimiter, at);
      end = next < 0 ? row.length : next;
      cells.push(row.slice(at, end));
    }
    if (end === row.length) return cells;
    at = end;
  }
}

/** A quote inside quotes comes after a backslash, or is doubled; before anything else a backslash is one. */
function quotedEscaped(row: string, delimiter: string, quote: string): string[] {
  const cells: string[] = [];
  const meant = new Set([quote, '\\', delimiter, '\n', '\r']);
  for (let at = 0; ; at++) {
    let end: number;
    if (row[at] === quote) {
      const close = endOfQuoted(row, at + 1, quote);
      cells.push(unescaped(row.slice(at + 1, close), quote, meant));
      end = Math.min(close + 1, row.length);
    } else {
      const next = row.indexOf(delimiter, at);
      end = next < 0 ? row.length : next;
      cells.push(row.slice(at, end));
    }
    if (end === row.length) return cells;
    at = end;
  }
}

/** Where the quote stands that closes a field. @param at where the field begins, after its quote */
function endOfQuoted(row: string, at: number, quote: string): number {
  for (let i = at; i < row.length; i++) {
    if (row[i] === '\\' || (row[i] === quote && row[i + 1] === quote)) i++;
    else if (row[i] === quote) return i;
  }
  return row.length;
}

/** @param meant what a backslash before it does not belong to */
function unescaped(text: string, quote: string, meant: ReadonlySet<string>): string {
  let cell = '';
  let from = 0;
  for (let i = 0; i + 1 < text.length; i++) {
    if (text[i] !== '\\' && text[i] !== quote) continue;
    const isMark = text[i] === quote || meant.has(text[i + 1]!);
    if (isMark) {
      cell += text.slice(from, i);
      from = i + 1;
    }
    i++;
  }
  return cell + text.slice(from);
}

/** What databases write in one letter (`COPY`, `INTO OUTFILE`). */
const LETTERS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\u0000',
};

/** Nothing is quoted: what means something comes after a backslash. `\N` stays, it is no text. */
function escaped(row: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let from = 0;
  for (let i = 0; i < row.length; i++) {
    const character = row[i];
    if (character === delimiter) {
      cells.push(cell + row.slice(from, i));
      cell = '';
      from = i + 1;
    } else if (character === '\\' && i + 1 < row.length) {
      const next = row[i + 1]!;
      if (next !== 'N') {
        cell += row.slice(from, i) + (LETTERS[next] ?? next);
        from = i + 2;
      }
      i++;
    }
  }
  cells.push(cell + row.slice(from));
  return cells;
}
