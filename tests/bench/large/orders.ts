import type { SchemaElement } from 'hyparquet';
import { isBadNumber, isBroken, originalOf } from './rows.ts';

/** A column of a file of orders: what it is in Parquet, and what row `n` has there. The same `n`, the same value. */
export interface Column {
  readonly element: SchemaElement;
  value(n: number): unknown;
}

/** Columns with many values are optional, as writers make them; those with few are not, and have a dictionary. */
const column = (element: SchemaElement, value: Column['value']): Column => ({ element, value });
const text = (name: string, value: Column['value']): Column =>
  column({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }, value);
const kind = (name: string, values: readonly string[], salt: number): Column =>
  column(
    { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    (n) => values[mix(n, salt) % values.length],
  );
const integer = (name: string, value: Column['value']): Column =>
  column({ name, type: 'INT32', repetition_type: 'OPTIONAL' }, value);
const number = (name: string, value: Column['value']): Column =>
  column({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }, value);

const KINDS = ['store.order', 'store.return', 'store.exchange', 'store.pickup'] as const;
const STORES = Array.from({ length: 400 }, (_, n) => `store-${n}`);
const WORDS =
  `please leave the parcel at door of my neighbour ring twice gift wrap it without receipt size too small last
time blue instead grey will pick up friday after work call me before delivery office on second floor thank you for quick
answer return broken zip exchange jacket boots poles helmet goggles customer asked about warranty repair binding`.split(
    /\s/,
  );

/** Orders as shops have them, about 90 bytes packed: ids and numbers hardly compress, kinds and stores do. */
export const ORDER_COLUMNS: readonly Column[] = [
  text('_id', (n) => `order-${scrambled(n, 1)}${scrambled(n, 2)}${scrambled(n, 3)}`),
  column(
    { name: 'timestamp', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
    (n) => new Date(1_700_000_000_000 + n * 977),
  ),
  kind('eventType', KINDS, 4),
  text('crmId', (n) => `RB-${String(mix(n, 5)).padStart(10, '0')}`),
  kind('storeId', STORES, 6),
  text('note', (n) => `paid at till ${mix(n, 7) % 9}, receipt "${mix(n, 8)}", ${remark(n, 4 + (mix(n, 11) % 17), 12)}`),
  integer('items', (n) => 1 + (mix(n, 9) % 5)),
  number('total', (n) => (mix(n, 10) % 200_000) / 100),
];

const CUSTOMERS = 40_000;
/** Of the fiscal signature that tills print as a square code: nothing packs it. */
const SIGNATURE_BYTES = 900;
const CITIES = ['Berlin', 'Köln', 'Zürich', 'Kraków', '東京', 'São Paulo'];

/** Many columns, long texts and what cannot be packed: about 1.5 KB a row. */
const WIDE_COLUMNS: readonly Column[] = [
  ...ORDER_COLUMNS.map((one) =>
    one.element.name === 'crmId' ? { ...one, value: (n: number) => `RB-${mix(n, 5) % CUSTOMERS}` } : one,
  ),
  text('signature', signature),
  text('remarks', (n) => remark(n, 20 + (mix(n, 60) % 40), 61)),
  text('receiptId', (n) => `${scrambled(n, 50)}-${scrambled(n, 51)}`),
  text('coupon', (n) => (mix(n, 52) % 5 === 0 ? `C-${scrambled(n, 53)}` : null)),
  kind('currency', ['EUR', 'CHF', 'PLN', 'JPY'], 54),
  kind('city', CITIES, 55),
  integer('till', (n) => mix(n, 56) % 40),
  number('tax', (n) => (mix(n, 57) % 20_000) / 100),
  number('discount', (n) => (mix(n, 58) % 3 === 0 ? (mix(n, 59) % 1_000) / 100 : null)),
];

/** The wide orders, with rows to be rejected and events that come twice, as `rows.ts` has them. */
export const FAULTY_COLUMNS: readonly Column[] = WIDE_COLUMNS.map(({ element, value }) => ({
  element,
  value(n) {
    if (element.name === 'items' && isBadNumber(n)) return 0;
    if (element.name === 'total' && isBroken(n)) return null;
    return value(originalOf(n));
  },
}));

/** The order of this number, whole. */
export const orderOf = (n: number, columns = ORDER_COLUMNS): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ element, value }) => [element.name, value(n)]));

/** What people write into a field for remarks. */
const remark = (n: number, words: number, salt: number): string =>
  Array.from({ length: words }, (_, i) => WORDS[mix(n, salt + i) % WORDS.length]).join(' ');

function signature(n: number): string {
  const numbers = Uint32Array.from({ length: SIGNATURE_BYTES / 4 }, (_, i) => mix(n, 200 + i));
  return Buffer.from(numbers.buffer).toString('base64url');
}

/** A number below 2^32 that looks like chance. */
function mix(n: number, salt: number): number {
  let h = Math.imul(n ^ (salt * 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}
const scrambled = (n: number, salt: number): string => mix(n, salt).toString(16).padStart(8, '0');
