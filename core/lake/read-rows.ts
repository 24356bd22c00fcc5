import type { RowGroup } from 'hyparquet';
import { footerLength, readFooter } from '#core/ingestion/parquet/footer.ts';
import { readRows } from '#core/ingestion/parquet/group.ts';
import type { BuiltRow } from '#core/ingestion/parquet/rows.ts';
import type { ParquetSchema } from '#core/ingestion/parquet/schema.ts';
import { bytesSource, type RangedSource } from '#core/ingestion/source/byte-source.ts';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { readPlainInstant } from '#core/util/instant.ts';
import type { LakeRow } from './lake-row.ts';
import { readValueFilter, type ValueFilter } from './value-filter.ts';
import { MERGED, VALUES } from './write-rows.ts';

/** The object that is read is not the one that was listed any more, or is gone. */
export class ObjectChangedError extends Error {
  constructor(key: string) {
    super(`The object ${key} of the lake has changed while it was read`);
    this.name = 'ObjectChangedError';
  }
}

/** The object is not one that was written by the platform, or is not whole any more. */
export class DamagedObjectError extends Error {
  constructor(key: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The object ${key} of the lake is damaged; put an earlier version of it back. ${reason}`, { cause });
    this.name = 'DamagedObjectError';
  }
}

/** An object of the lake whose footer was read. */
export interface LakeFile {
  readonly rows: number;
  /** Of which objects it was made, see `merged.ts`; undefined for one that was written as its records came. */
  readonly merged: string | undefined;
  /** What texts its rows may have; undefined where it was written without a filter. @throws ObjectChangedError */
  values(): Promise<ValueFilter | undefined>;
  /** Its rows in their order; one group of them is held. @throws ObjectChangedError, DamagedObjectError */
  groups(): AsyncIterable<LakeRow[]>;
}

/** Objects up to this size are read at once. */
const SMALL_BYTES = 4 * 1024 ** 2;
/** Read from the end of a larger object: nearly always the whole footer. */
const FOOTER_GUESS = 256 * 1024;

/** Opens an object as it was listed. @throws ObjectChangedError where it is not that one any more; DamagedObjectError */
export async function openLakeFile(store: ObjectStore, object: StoredObject): Promise<LakeFile> {
  const { key, size, etag } = object;
  if (size <= SMALL_BYTES) {
    const bytes = await store.get(key, undefined, etag);
    if (!bytes) throw new ObjectChangedError(key);
    return lakeFile(bytesSource(key, bytes), bytes);
  }
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await store.get(key, { start, end }, etag);
    if (!bytes) throw new ObjectChangedError(key);
    return bytes;
  };
  const end = await read(size - FOOTER_GUESS, size);
  const length = soundOf(key, () => footerLength(end, size));
  return lakeFile({ name: key, size, read }, length > end.length ? await read(size - length, size) : end);
}

/** The rows of an object of the lake that is in memory, in their order. @throws DamagedObjectError */
export async function unpackLakeRows(bytes: Uint8Array): Promise<LakeRow[]> {
  return (await Array.fromAsync(lakeFile(bytesSource('in memory', bytes), bytes).groups())).flat();
}

/** @param end of the file, its whole footer included */
function lakeFile(file: RangedSource, end: Uint8Array): LakeFile {
  const { metadata, schema } = soundOf(file.name, () => {
    const footer = end.subarray(end.length - footerLength(end, file.size));
    // What was ingested may be larger as JSON than it was as it came.
    return readFooter(footer, file.size, Number.POSITIVE_INFINITY);
  });
  const stated = (name: string): string | undefined =>
    metadata.key_value_metadata?.find(({ key }) => key === name)?.value;
  return {
    rows: Number(metadata.num_rows),
    merged: stated(MERGED),
    async values() {
      const [start, length, version = 1] = stated(VALUES)?.split(' ').map(Number) ?? [];
      if (start === undefined || length === undefined) return undefined;
      return readValueFilter(await file.read(start, start + length), version);
    },
    async *groups() {
      for (const group of metadata.row_groups) yield await rowsOf(file, schema, group);
    },
  };
}

async function rowsOf(file: RangedSource, schema: ParquetSchema, group: RowGroup): Promise<LakeRow[]> {
  const rows: LakeRow[] = [];
  try {
    const range = { skip: 0, rows: Number(group.num_rows) };
    for await (const some of readRows(file, schema, group, range)) for (const row of some) rows.push(lakeRow(row));
  } catch (error) {
    throw error instanceof FileRejectedError ? new DamagedObjectError(file.name, error) : error;
  }
  return rows;
}

/** The columns as they are read. */
interface StoredRow {
  readonly id: string;
  /** Instants as text. */
  readonly receivedAt: string;
  readonly timestamp?: string;
  readonly tieBreaker: string;
  readonly ingestionId: string;
  readonly operation: RecordOperation;
  readonly entity: string;
}

function lakeRow({ value, rejection }: BuiltRow): LakeRow {
  if (rejection) throw new FileRejectedError(rejection);
  const { id, receivedAt, timestamp, tieBreaker, ingestionId, operation, entity } = value as unknown as StoredRow;
  return {
    id,
    receivedAt: epochMs(receivedAt),
    ...(timestamp !== undefined && { timestamp: epochMs(timestamp) }),
    tieBreaker,
    ingestionId,
    operation,
    json: entity,
  };
}

function epochMs(text: unknown): number {
  // A column whose type has changed in a damaged footer is read as what it says it is.
  if (typeof text !== 'string') throw new FileRejectedError(NO_INSTANT);
  const instant = readPlainInstant(text);
  return Number.isNaN(instant) ? Date.parse(text) : instant;
}

const NO_INSTANT: Rejection = { code: 'corrupt-file', message: 'A column of instants holds something else' };

/** What is found in the bytes of an object. @throws DamagedObjectError where they are not as they should be */
function soundOf<T>(key: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw error instanceof FileRejectedError ? new DamagedObjectError(key, error) : error;
  }
}
