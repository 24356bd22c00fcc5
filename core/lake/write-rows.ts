import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { LakeRow } from './lake-row.ts';
import { FILTER_VERSION, ValueFilterBuilder } from './value-filter.ts';

/** Rows that are compressed, and held by a reader, together: as many, or fewer where they are large. */
const GROUP_ROWS = 20_000;
const GROUP_CHARACTERS = 16 * 1024 ** 2;

/** Says of an object that was made of others which they were, see `merged.ts`. */
export const MERGED = 'tributary.merged';
/** Says where in the object its value filter lies, before the indexes, and of which version it is: `offset length version`. */
export const VALUES = 'tributary.values';

/** Rows as a Parquet file (zstd), written while they come: the same rows give the same bytes, however they come. */
class LakeWriter {
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #group: LakeRow[] = [];
  #characters = 0;
  readonly #merged: string | undefined;
  readonly #values: ValueFilterBuilder | undefined;

  constructor(merged: string | undefined, values?: ValueFilterBuilder) {
    this.#merged = merged;
    this.#values = values;
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaFromColumnData({ columnData: columnsOf([]) }),
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => zstdCompressSync(input) },
      createdBy: 'tributary',
    });
  }

  /** @returns whether there is something to take */
  add(row: LakeRow): boolean {
    this.#group.push(row);
    this.#values?.add(row.json);
    this.#characters += row.json.length;
    if (this.#group.length < GROUP_ROWS && this.#characters < GROUP_CHARACTERS) return false;
    this.#closeGroup();
    return true;
  }

  finish(): void {
    if (this.#group.length > 0) this.#closeGroup();
    const filter = this.#values?.finish();
    const values = filter && `${this.#bytes.offset} ${filter.length} ${FILTER_VERSION}`;
    if (filter) this.#bytes.appendBytes(filter);
    const stated = Object.entries({ [MERGED]: this.#merged, [VALUES]: values });
    const kvMetadata = stated.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
    if (kvMetadata.length > 0) this.#parquet.kvMetadata = kvMetadata;
    this.#parquet.finish();
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const written = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return written;
  }

  #closeGroup(): void {
    this.#parquet.write({ columnData: columnsOf(this.#group), rowGroupSize: this.#group.length });
    this.#group = [];
    this.#characters = 0;
  }
}

function columnsOf(rows: readonly LakeRow[]) {
  const text = (name: string, of: (row: LakeRow) => string) =>
    ({ name, data: rows.map(of), type: 'STRING', nullable: false }) as const;
  return [
    text('id', ({ id }) => id),
    {
      name: 'receivedAt',
      data: rows.map((row) => new Date(row.receivedAt)),
      type: 'TIMESTAMP',
      nullable: false,
    } as const,
    {
      name: 'timestamp',
      data: rows.map(({ timestamp }) => (timestamp === undefined ? null : new Date(timestamp))),
      type: 'TIMESTAMP',
    } as const,
    text('tieBreaker', ({ tieBreaker }) => tieBreaker),
    text('ingestionId', ({ ingestionId }) => ingestionId),
    text('operation', ({ operation }) => operation),
    // Hardly two records are the same: neither a dictionary nor the least and the greatest of them would help.
    { ...text('entity', ({ json }) => json), encoding: 'PLAIN', statistics: false } as const,
  ];
}

/** A few rows as an object. @param merged see {@link MERGED} */
export function packLakeRows(rows: readonly LakeRow[], merged?: string): Uint8Array {
  const writer = new LakeWriter(merged);
  for (const row of rows) writer.add(row);
  writer.finish();
  return writer.take();
}

/**
 * Any number of rows as an object with a value filter, of which one group is held. Objects of a few rows have no filter:
 * they are read whole by one call, as a filter would be.
 * @param merged see {@link MERGED}
 */
export async function* streamLakeRows(
  groups: AsyncIterable<readonly LakeRow[]>,
  merged?: string,
): AsyncIterable<Uint8Array> {
  const writer = new LakeWriter(merged, new ValueFilterBuilder());
  for await (const group of groups) {
    for (const row of group) if (writer.add(row)) yield writer.take();
  }
  writer.finish();
  yield writer.take();
}
