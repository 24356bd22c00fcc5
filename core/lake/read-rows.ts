import { type FileMetaData, parquetMetadata, parquetReadObjects, type RowGroup } from 'hyparquet';
import { DECOMPRESSORS } from '#core/ingestion/parquet/codecs.ts';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
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

/** An object of the lake whose footer was read. */
export interface LakeFile {
  readonly rows: number;
  /** Of which objects it was made, see `merged.ts`; undefined for one that was written as its records came. */
  readonly merged: string | undefined;
  /** What texts its rows may have; undefined where it was written without a filter. @throws ObjectChangedError */
  values(): Promise<ValueFilter | undefined>;
  /** Its rows in their order; one group of them is held. @throws ObjectChangedError */
  groups(): AsyncIterable<LakeRow[]>;
}

/** Objects up to this size are read at once. */
const SMALL_BYTES = 4 * 1024 ** 2;
/** Length of the footer, and the magic. */
const TAIL = 8;
/** Read from the end of a larger object: nearly always the whole footer. */
const FOOTER_GUESS = 256 * 1024;

/** Opens an object as it was listed. @throws ObjectChangedError where it is not that one any more */
export async function openLakeFile(store: ObjectStore, object: StoredObject): Promise<LakeFile> {
  const { key, size, etag } = object;
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await store.get(key, { start, end }, etag);
    if (!bytes) throw new ObjectChangedError(key);
    return bytes;
  };
  if (size <= SMALL_BYTES) {
    const bytes = await store.get(key, undefined, etag);
    if (!bytes) throw new ObjectChangedError(key);
    return lakeFile(parquetMetadata(bufferOf(bytes)), async (start, end) => bytes.subarray(start, end));
  }
  let footer = await read(Math.max(0, size - FOOTER_GUESS), size);
  const length = Buffer.from(footer).readUInt32LE(footer.length - TAIL) + TAIL;
  if (length > footer.length) footer = await read(size - length, size);
  return lakeFile(parquetMetadata(bufferOf(footer)), read);
}

/** The rows of an object of the lake that is in memory, in their order. */
export async function unpackLakeRows(bytes: Uint8Array): Promise<LakeRow[]> {
  const file = lakeFile(parquetMetadata(bufferOf(bytes)), async (start, end) => bytes.subarray(start, end));
  return (await Array.fromAsync(file.groups())).flat();
}

function lakeFile(metadata: FileMetaData, read: (start: number, end: number) => Promise<Uint8Array>): LakeFile {
  const stated = (name: string): string | undefined =>
    metadata.key_value_metadata?.find(({ key }) => key === name)?.value;
  return {
    rows: Number(metadata.num_rows),
    merged: stated(MERGED),
    async values() {
      const [start, length] = stated(VALUES)?.split(' ').map(Number) ?? [];
      if (start === undefined || length === undefined) return undefined;
      return readValueFilter(await read(start, start + length));
    },
    async *groups() {
      for (const group of metadata.row_groups) {
        const { start, end } = placeOf(group);
        const bytes = await read(start, end);
        yield await rowsOf(metadata, group, bytes, start);
      }
    },
  };
}

/** Where the columns of a row group lie in the file. */
function placeOf({ columns }: RowGroup): { readonly start: number; readonly end: number } {
  const places = columns.map(({ meta_data: meta }) => {
    const start = Number(meta!.dictionary_page_offset || meta!.data_page_offset);
    return { start, end: start + Number(meta!.total_compressed_size) };
  });
  return { start: Math.min(...places.map(({ start }) => start)), end: Math.max(...places.map(({ end }) => end)) };
}

interface StoredRow {
  readonly id: string;
  readonly receivedAt: Date;
  readonly timestamp?: Date | null;
  readonly tieBreaker: string;
  readonly ingestionId: string;
  readonly operation: RecordOperation;
  readonly entity: string;
}

async function rowsOf(metadata: FileMetaData, group: RowGroup, bytes: Uint8Array, offset: number): Promise<LakeRow[]> {
  const rows = (await parquetReadObjects({
    file: {
      byteLength: offset + bytes.length,
      slice: (start, end = offset + bytes.length) => bufferOf(bytes.subarray(start - offset, end - offset)),
    },
    metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
    compressors: DECOMPRESSORS,
  })) as unknown as StoredRow[];
  return rows.map(({ id, receivedAt, timestamp, tieBreaker, ingestionId, operation, entity }) => ({
    id,
    receivedAt: receivedAt.getTime(),
    ...(timestamp && { timestamp: timestamp.getTime() }),
    tieBreaker,
    ingestionId,
    operation,
    json: entity,
  }));
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
