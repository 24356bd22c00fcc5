import { orderOf } from './orders.ts';
import { isBadNumber, isBroken, originalOf } from './rows.ts';
import { writeText } from './text-file.ts';

const CUSTOMERS = 40_000;
/** Wide rows, as exports have them: about 1.5 KB. */
const FILLER = 'the customer asked for, line by line,\r\nwith "quotes" and\nünïcödé: '.repeat(20);

/**
 * Writes a CSV file of orders: line ends in quotes, rows to be rejected, and events that come twice.
 * @returns how many rows
 */
export const writeLargeCsv = (path: string, bytes: number): number =>
  writeText(path, bytes, {
    head: '_id,timestamp,eventType,crmId,storeId,note,items,total\n',
    // What a producer sends again is the same row.
    row: (n) => lineOf(originalOf(n)),
    between: '\n',
    tail: '\n',
  });

/** Writes the same orders as a JSON array, each over several lines. @returns how many */
export const writeLargeJson = (path: string, bytes: number): number =>
  writeText(path, bytes, { head: '[\n', row: (n) => elementOf(originalOf(n)), between: ',\n', tail: '\n]\n' });

function lineOf(n: number): string {
  const { _id, timestamp, eventType, crmId, storeId, note, items, total } = textOrder(n);
  const text = note.replaceAll('"', '""');
  const quoted = isBroken(n) ? `"${text}" and more` : `"${text}"`;
  return `${_id},${timestamp},${eventType},${crmId},${storeId},${quoted},${items},${total}`;
}

function elementOf(n: number): string {
  const value = JSON.stringify(textOrder(n), undefined, 2);
  return isBroken(n) ? value.replace('"total":', '"total" is') : value;
}

function textOrder(n: number) {
  const { eventType, storeId, items, total, note } = orderOf(n);
  return {
    _id: textIdOf(n),
    timestamp: new Date(1_700_000_000_000 + n * 977).toISOString(),
    eventType,
    crmId: `RB-${n % CUSTOMERS}`,
    storeId,
    note: `${note} ${FILLER}`,
    items: isBadNumber(n) ? 'many' : items,
    total,
  };
}

export const textIdOf = (n: number): string => `order-${n}`;
