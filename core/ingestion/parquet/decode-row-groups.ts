import type { FileMetaData } from 'hyparquet';
import { MAX_ROWS_PER_CHUNK } from '#core/ingestion/batch/chunk-rows.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { inspect, tooLarge } from '#core/ingestion/text/decode-json.ts';
import { KEPT_BYTES } from '#core/ingestion/text/splitter.ts';
import { packedBlocks } from '#core/ingestion/text/text-blocks.ts';
import { type DecodedRecord, FileRejectedError, MAX_RECORD_BYTES } from '#core/record/record.ts';
import type { Chunk } from '../batch/chunk.ts';
import { checkFooter, rangeOf } from './footer.ts';
import { readRows } from './group.ts';
import type { BuiltRow, NullFields } from './rows.ts';
import type { NamedField, ParquetSchema } from './schema.ts';

/** Parquet inside gzip can't be read by ranges, so whoever reads some of it unpacks and holds all of it. */
export const MAX_GZIPPED_PARQUET_BYTES = 128 * 1024 ** 2;
const MIN_PART_BYTES = 1_048_576;

/**
 * Row groups, together as long as they are not more than `targetBytes`; larger ones in parts, by their rows.
 * @throws FileRejectedError
 */
export async function planRowGroups(
  source: ByteSource,
  gzip: boolean,
  targetBytes: number,
): Promise<{ readonly chunks: Chunk[]; readonly columns: ParquetColumns }> {
  const { metadata, schema } = await openParquet(source, gzip);
  const groups = metadata.row_groups;
  const chunks: Chunk[] = [];
  let start = 0;
  let firstRow = 1;
  let rows = 0;
  let bytes = 0;
  const close = (end: number, skip?: number): void => {
    chunks.push({ index: chunks.length, start, end, firstRow, rows, ...(skip !== undefined && { skip }) });
    start = end;
    firstRow += rows;
    rows = 0;
    bytes = 0;
  };
  for (const [i, group] of groups.entries()) {
    const count = Number(group.num_rows);
    const { start: from, end: to } = count === 0 ? { start: 0, end: 0 } : rangeOf(group);
    const parts = partsOf(to - from, count, targetBytes);
    if (parts > 1) {
      if (start < i) close(i);
      for (let part = 0; part < parts; part++) {
        const skip = Math.floor((count * part) / parts);
        rows = Math.floor((count * (part + 1)) / parts) - skip;
        start = i;
        close(i + 1, skip);
      }
      continue;
    }
    rows += count;
    bytes += to - from;
    if (i === groups.length - 1 || bytes >= targetBytes || rows >= MAX_ROWS_PER_CHUNK) close(i + 1);
  }
  // Without a row there is nothing to be read.
  return { chunks: chunks.every((chunk) => chunk.rows === 0) ? [] : chunks, columns: columnsOf(schema) };
}

/** The columns of a file, by their names. */
export interface ParquetColumns {
  /** Of columns, and of fields in structs with dots between the names that lead to them. */
  readonly paths: readonly string[];
  /** A record with all of them, as far as their names and forms go. */
  readonly example: Readonly<Record<string, unknown>>;
}

function columnsOf({ fields }: ParquetSchema): ParquetColumns {
  const pathsIn = (under: string, named: readonly NamedField[]): string[] =>
    named.flatMap(({ name, field }) => [
      `${under}${name}`,
      ...(field.kind === 'struct' ? pathsIn(`${under}${name}.`, field.fields) : []),
    ]);
  const example = fields.map(({ name, field }) => [name, field.kind === 'value' ? '' : {}] as const);
  return { paths: pathsIn('', fields), example: Object.fromEntries(example) };
}

/** How many workers share a row group. Each of them reads at least one page of every column. */
const partsOf = (bytes: number, rows: number, targetBytes: number): number =>
  Math.min(
    rows,
    Math.max(Math.round(bytes / Math.max(targetBytes, MIN_PART_BYTES)), Math.ceil(rows / MAX_ROWS_PER_CHUNK)),
  );

/** The rows of a chunk, some at a time. @throws FileRejectedError after the rows that could be read */
export async function* decodeRowGroups(
  source: ByteSource,
  gzip: boolean,
  chunk: Chunk,
  nulls?: NullFields,
): AsyncIterable<readonly DecodedRecord[]> {
  const { file, metadata, schema } = await openParquet(source, gzip);
  const { firstRow, start, end, rows, skip } = chunk;
  let row = firstRow;
  for (const group of metadata.row_groups.slice(start, end)) {
    // Only what is part of a row group has rows to pass over.
    const range = skip === undefined ? { skip: 0, rows: Number(group.num_rows) } : { skip, rows: rows! };
    for await (const some of readRows(file, schema, group, range, nulls)) {
      yield* recordsOf(some, source.name, row, schema.isOpen);
      row += some.length;
    }
  }
}

/** Those that are rejected are written down, and each may be as large as a record: some at a time. */
function* recordsOf(rows: readonly BuiltRow[], source: string, firstRow: number, isOpen: boolean) {
  let records: DecodedRecord[] = [];
  let characters = 0;
  for (const [i, built] of rows.entries()) {
    const record = toRecord(built, source, firstRow + i, isOpen);
    records.push(record);
    characters += record.raw?.length ?? 0;
    if (characters < MAX_RECORD_BYTES) continue;
    yield records;
    records = [];
    characters = 0;
  }
  if (records.length > 0) yield records;
}

interface OpenParquet {
  readonly file: ByteSource;
  readonly metadata: FileMetaData;
  readonly schema: ParquetSchema;
}

async function openParquet(source: ByteSource, gzip: boolean): Promise<OpenParquet> {
  const file = gzip ? await unpacked(source) : source;
  return { file, ...(await checkFooter(file)) };
}

async function unpacked(source: ByteSource): Promise<ByteSource> {
  const blocks: Uint8Array[] = [];
  let size = 0;
  for await (const block of packedBlocks(source)) {
    size += block.length;
    if (size > MAX_GZIPPED_PARQUET_BYTES) {
      throw new FileRejectedError({
        code: 'too-large',
        message: 'Parquet inside gzip must be small; upload it without gzip, its columns are compressed already',
        expected: `at most ${MAX_GZIPPED_PARQUET_BYTES} bytes unpacked`,
      });
    }
    blocks.push(block);
  }
  return bytesSource(source.name, Buffer.concat(blocks));
}

function toRecord({ value, rejection }: BuiltRow, source: string, row: number, isOpen: boolean): DecodedRecord {
  const position = { source, row };
  const parseError = rejection ?? (isOpen ? inspect(value) : undefined);
  // What is nested without end can't even be written down.
  if (parseError?.code === 'too-deep') return { position, raw: '', rejection: parseError };
  const characters = charactersOf(value);
  if (!parseError && characters * MAX_BYTES_OF_CHARACTER <= MAX_RECORD_BYTES) return { position, characters, value };
  if (characters > MAX_CHARACTERS) return { position, raw: '', rejection: tooLarge(characters) };
  const raw = JSON.stringify(value);
  const bytes = Buffer.byteLength(raw);
  if (bytes > MAX_RECORD_BYTES) return { position, raw: beginningOf(raw), rejection: tooLarge(bytes) };
  return parseError ? { position, raw, rejection: parseError } : { position, characters, value };
}

/** Far above the limit, however many of them were counted too many; no text of so many could be made. */
const MAX_CHARACTERS = 64 * MAX_RECORD_BYTES;

/** A copy: a part of a text would keep all of it in memory. */
const beginningOf = (text: string): string => Buffer.from(text.slice(0, KEPT_BYTES)).toString('utf8');

/** `\u0000` is the longest way to write a character. */
const MAX_BYTES_OF_CHARACTER = 6;
/** No number is longer, nor is `false`. */
const MAX_CHARACTERS_OF_OTHERS = 25;
/** Quotes, brackets, a comma or a colon. */
const MARKS = 4;

/**
 * How many characters a value has as JSON at most, but for those that JSON writes in several. To write all of it down
 * only to see how long it gets would take far longer.
 */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + MARKS;
  if (typeof value !== 'object' || value === null) return MAX_CHARACTERS_OF_OTHERS;
  let sum = MARKS;
  if (Array.isArray(value)) for (const item of value) sum += charactersOf(item);
  else for (const key in value) sum += key.length + MARKS + charactersOf((value as Record<string, unknown>)[key]);
  return sum;
}
