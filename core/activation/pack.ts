import { Buffer } from 'node:buffer';
import stringify from 'safe-stable-stringify';
import { groupBy } from '#core/util/group-by.ts';
import type { CallRow, Limits } from './destination-type.ts';

/** A row, and which of the people it is about. */
export interface OwnedRow<C, R> extends CallRow<C, R> {
  /** Position of the person among those that are sent. */
  readonly of: number;
  /** Most rows of a request that this one may go with, where it has to be found out which of them are bad. */
  readonly most?: number;
  /** What it is known by when its delivery comes again, where that has several rows. */
  readonly name?: string;
}

/** The rows of one request. */
export interface Packed<C, R> {
  readonly call: C;
  readonly rows: readonly OwnedRow<C, R>[];
}

/**
 * Rows as requests: those of equal calls together, in their order, as many as the limits allow. A row that is larger than
 * all rows of a request may be goes alone.
 */
export function packed<C, R>(rows: readonly OwnedRow<C, R>[], limitsOf: (call: C) => Limits): Packed<C, R>[] {
  const calls = groupBy(rows, ({ call, most }) => `${stringify(call) ?? ''}${most ?? ''}`);
  return [...calls.values()].flatMap((own) => {
    const { call, most = Number.POSITIVE_INFINITY } = own[0]!;
    const limits = limitsOf(call);
    return chunks(own, { ...limits, rows: Math.min(limits.rows, most) }).map((chunk) => ({ call, rows: chunk }));
  });
}

function chunks<C, R>(rows: readonly OwnedRow<C, R>[], { rows: most, bytes }: Limits): OwnedRow<C, R>[][] {
  const all: OwnedRow<C, R>[][] = [];
  let chunk: OwnedRow<C, R>[] = [];
  let size = 0;
  for (const row of rows) {
    const own = bytes === undefined ? 0 : Buffer.byteLength(JSON.stringify(row.row)) + 1;
    const isFull = chunk.length >= most || (bytes !== undefined && chunk.length > 0 && size + own > bytes);
    if (isFull) {
      all.push(chunk);
      chunk = [];
      size = 0;
    }
    chunk.push(row);
    size += own;
  }
  if (chunk.length > 0) all.push(chunk);
  return all;
}
