import { closeSync, openSync, writeSync } from 'node:fs';
import { largeOrder } from './parquet-file.ts';

/** What becomes of the rows of a file that was made. */
export interface Expected {
  readonly rows: number;
  /** Row numbers, 1-based. */
  readonly refused: ReadonlySet<number>;
  /** Rows whose event came in the row before. */
  readonly duplicates: number;
  /** The `_id` of every event that the lake must have. */
  ids(): Iterable<string>;
}

const PIECE = 1_048_576;
const CUSTOMERS = 40_000;
/** Wide rows, as exports have them: about 1.5 KB. */
const FILLER = 'the customer asked for, line by line,\r\nwith "quotes" and\nünïcödé: '.repeat(20);

const isBadNumber = (n: number): boolean => n % 997 === 5;
const isBadQuote = (n: number): boolean => n % 2_003 === 11;
const isRepeated = (n: number): boolean => n % 1_009 === 7 && !isRefused(n) && !isRefused(n - 1);
const isRefused = (n: number): boolean => isBadNumber(n) || isBadQuote(n);

/** Writes a CSV file of orders piece by piece: line ends in quotes, rows to be refused, and events that come twice. */
export function writeLargeCsv(path: string, bytes: number): Expected {
  const file = openSync(path, 'w');
  const refused = new Set<number>();
  let duplicates = 0;
  let written = 0;
  let n = 0;
  let lines = ['_id,timestamp,eventType,crmId,storeId,note,items,total'];
  let length = 0;
  const flush = (): void => {
    const piece = Buffer.from(`${lines.join('\n')}\n`);
    writeSync(file, piece);
    written += piece.length;
    lines = [];
    length = 0;
  };
  for (; written + length < bytes; n++) {
    if (isRefused(n)) refused.add(n + 1);
    if (isRepeated(n)) duplicates++;
    // What a producer sends again is the same row.
    const line = lineOf(isRepeated(n) ? n - 1 : n);
    lines.push(line);
    length += line.length + 1;
    if (length > PIECE) flush();
  }
  flush();
  closeSync(file);
  return { rows: n, refused, duplicates, ids: () => idsBelow(n) };
}

function* idsBelow(rows: number): Iterable<string> {
  for (let n = 0; n < rows; n++) if (!isRefused(n) && !isRepeated(n)) yield idOf(n);
}

function lineOf(n: number): string {
  const { eventType, storeId, items, total, note } = largeOrder(n);
  const text = `${note} ${FILLER}`.replaceAll('"', '""');
  const quoted = isBadQuote(n) ? `"${text}" and more` : `"${text}"`;
  const amount = isBadNumber(n) ? 'many' : items;
  const at = new Date(1_700_000_000_000 + n * 977).toISOString();
  return `${idOf(n)},${at},${eventType},RB-${n % CUSTOMERS},${storeId},${quoted},${amount},${total}`;
}

const idOf = (n: number): string => `order-${n}`;
