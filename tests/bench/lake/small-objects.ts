import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import { folderOf } from '#core/record/partition.ts';
import { fileStore } from '../large/file-store.ts';
import { type Column, FAULTY_COLUMNS, ORDER_COLUMNS, orderOf } from '../large/orders.ts';

export const PARTITION = { dataset: 'orders', day: '2026-03-01' };
/** What rows may be like: 250 bytes of JSON, or 2 KB of which most can't be packed. */
export const ROWS: Readonly<Record<string, readonly Column[]>> = { narrow: ORDER_COLUMNS, wide: FAULTY_COLUMNS };

const TOTAL_BYTES = 126 * 1024 ** 2;

/** Fills the lake of a folder with as many small objects as would be one large one. @returns rows */
export async function makeSmallObjects(folder: string, objects: number, columns: readonly Column[]): Promise<number> {
  const lake = fileStore(join(folder, 'lake'));
  const probe = 500;
  const size = packLakeRows(rowsFrom(0, probe, columns)).length / probe;
  const perObject = Math.ceil(TOTAL_BYTES / objects / size);
  for (let n = 0; n < objects; n++) {
    const key = `${folderOf(PARTITION)}part-${String(n).padStart(6, '0')}.parquet`;
    await lake.put(key, packLakeRows(rowsFrom(n * perObject, perObject, columns)));
  }
  return objects * perObject;
}

const idOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22);

const rowsFrom = (start: number, count: number, columns: readonly Column[]): LakeRow[] =>
  Array.from({ length: count }, (_, i): LakeRow => {
    const n = start + i;
    return {
      id: idOf(`id ${n}`),
      receivedAt: 1_772_323_200_000 + n,
      timestamp: 1_700_000_000_000 + n * 977,
      tieBreaker: String(n),
      ingestionId: idOf(`arrival ${n}`),
      operation: 'create',
      json: JSON.stringify(orderOf(n, columns)),
    };
  });
