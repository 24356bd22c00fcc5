import { FAULTY_COLUMNS } from './orders.ts';
import { type RowGroupShape, writeLargeParquet } from './parquet-file.ts';

/** Of wide rows: two chunks of 8 MB. */
const LARGE_ROW_GROUP = 9_500;
/** Bytes of a wide row of Parquet, about. */
const ROW_BYTES = 1_330;

/** Row groups of all sizes: large ones are shared by several workers, with or without a way to find their pages. */
function rowGroupsOf(bytes: number): RowGroupShape[] {
  const large = Math.max(LARGE_ROW_GROUP, Math.round(bytes / ROW_BYTES / 12));
  return [
    { rows: large },
    { rows: 700, codec: 'ZSTD' },
    { rows: large, hasOffsetIndex: false },
    { rows: 1 },
    { rows: Math.round(large / 2), codec: 'GZIP', hasOffsetIndex: false },
  ];
}

const ID = FAULTY_COLUMNS.find(({ element }) => element.name === '_id')!;
export const faultyIdOf = (n: number): string => String(ID.value(n));

/** Writes a Parquet file of wide orders: rows to be rejected, and events that come twice. @returns how many rows */
export const writeFaultyParquet = (path: string, bytes: number): number =>
  writeLargeParquet(path, { bytes, rowGroups: rowGroupsOf(bytes), columns: FAULTY_COLUMNS }).rows;
