import { closeSync, openSync, writeSync } from 'node:fs';
import { orderOf } from './orders.ts';
import { isBadNumber, isBroken, originalOf } from './rows.ts';

const PIECE = 1_048_576;
const CUSTOMERS = 40_000;
/** Wide rows, as exports have them: about 1.5 KB. */
const FILLER = 'the customer asked for, line by line,\r\nwith "quotes" and\nünïcödé: '.repeat(20);

/**
 * Writes a CSV file of orders piece by piece: line ends in quotes, rows to be refused, and events that come twice.
 * @returns how many rows
 */
export function writeLargeCsv(path: string, bytes: number): number {
  const file = openSync(path, 'w');
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
    // What a producer sends again is the same row.
    const line = lineOf(originalOf(n));
    lines.push(line);
    length += line.length + 1;
    if (length > PIECE) flush();
  }
  flush();
  closeSync(file);
  return n;
}

function lineOf(n: number): string {
  const { eventType, storeId, items, total, note } = orderOf(n);
  const text = `${note} ${FILLER}`.replaceAll('"', '""');
  const quoted = isBroken(n) ? `"${text}" and more` : `"${text}"`;
  const amount = isBadNumber(n) ? 'many' : items;
  const at = new Date(1_700_000_000_000 + n * 977).toISOString();
  return `${csvIdOf(n)},${at},${eventType},RB-${n % CUSTOMERS},${storeId},${quoted},${amount},${total}`;
}

export const csvIdOf = (n: number): string => `order-${n}`;
