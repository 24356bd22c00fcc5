import { zstdCompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { RecordOperation } from '#core/profile/fragment.ts';
import type { Arrival } from './accept.ts';
import { DECOMPRESSORS } from './parquet-codecs.ts';

/** An accepted record as the lake keeps it. */
export interface LakeRow extends Arrival {
  /** Of the record. */
  readonly id: string;
  /** Of an event, when it happened, in epoch ms; undefined for other records. */
  readonly timestamp?: number;
  readonly operation: RecordOperation;
  /** The record itself, in XDM, as JSON. */
  readonly json: string;
}

/** Rows that are compressed, and held by a reader, together. */
const ROW_GROUP = 20_000;

/** Rows as a Parquet file (zstd): the same rows give the same bytes. */
export function packLakeRows(rows: readonly LakeRow[]): Uint8Array {
  const text = (name: string, of: (row: LakeRow) => string) =>
    ({ name, data: rows.map(of), type: 'STRING', nullable: false }) as const;
  const bytes = parquetWriteBuffer({
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    rowGroupSize: ROW_GROUP,
    createdBy: 'tributary',
    columnData: [
      text('id', ({ id }) => id),
      { name: 'receivedAt', data: rows.map((row) => new Date(row.receivedAt)), type: 'TIMESTAMP', nullable: false },
      {
        name: 'timestamp',
        data: rows.map(({ timestamp }) => (timestamp === undefined ? null : new Date(timestamp))),
        type: 'TIMESTAMP',
      },
      text('tie', ({ tie }) => tie),
      text('arrival', ({ arrival }) => arrival),
      text('operation', ({ operation }) => operation),
      // Hardly two records are the same: neither a dictionary nor the least and the greatest of them would help.
      { ...text('entity', ({ json }) => json), encoding: 'PLAIN', statistics: false },
    ],
  });
  return new Uint8Array(bytes);
}

interface StoredRow {
  readonly id: string;
  readonly receivedAt: Date;
  readonly timestamp?: Date | null;
  readonly tie: string;
  readonly arrival: string;
  readonly operation: RecordOperation;
  readonly entity: string;
}

/** The rows of an object of the lake, in their order. */
export async function unpackLakeRows(bytes: Uint8Array): Promise<LakeRow[]> {
  const file = {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
  const rows = (await parquetReadObjects({ file, compressors: DECOMPRESSORS })) as unknown as StoredRow[];
  return rows.map(({ id, receivedAt, timestamp, tie, arrival, operation, entity }) => ({
    id,
    receivedAt: receivedAt.getTime(),
    ...(timestamp && { timestamp: timestamp.getTime() }),
    tie,
    arrival,
    operation,
    json: entity,
  }));
}
