import {
  type DecodedRecord,
  FileRejectedError,
  MAX_RECORD_BYTES,
  type Position,
  type Rejection,
} from '#core/record/record.ts';
import type { Chunk } from './batch/chunk.ts';
import type { ChunkList } from './batch/list-chunks.ts';
import type { TextFormat } from './batch/text-cutter.ts';
import { decodeRowGroups } from './parquet/decode-row-groups.ts';
import type { NullFields } from './parquet/rows.ts';
import type { ByteSource } from './source/byte-source.ts';
import { PLAIN_CSV } from './text/csv-dialect.ts';
import { keptRaw, type RowReader, rowReader } from './text/csv-rows.ts';
import { decodeJson, tooLarge } from './text/decode-json.ts';
import type { RawRecord, Splitter } from './text/splitter.ts';
import { splitterFor } from './text/splitter-for.ts';
import { textBlocks } from './text/text-blocks.ts';

/** What is in a chunk besides its records. */
export interface Noted {
  /** Rows of a CSV that repeat its header: they are no records. */
  repeatedHeaders: number;
}

/**
 * The records of a chunk, some at a time, in the order and with the row numbers they have in the file. One that can't be
 * read comes out as a rejection, and the next one follows.
 * @param plan what {@link listChunks} said of the file
 * @param nulls whether null columns of Parquet are told; in records of JSON they always are
 * @param noted is told what else there was
 * @throws FileRejectedError after the records that could be read, when the rest of the file can't be
 */
export function decodeChunk(
  source: ByteSource,
  plan: Pick<ChunkList, 'format' | 'gzip'>,
  chunk: Chunk,
  nulls?: NullFields,
  noted: Noted = { repeatedHeaders: 0 },
): AsyncIterable<readonly DecodedRecord[]> {
  const { format, gzip } = plan;
  if (format === 'parquet') return decodeRowGroups(source, gzip, chunk, nulls);
  return decodeText(source, format, gzip, chunk, noted);
}

/** Which nulls of Parquet are told: those of a dataset of updates, where they take values away. */
export const nullFieldsOf = (dataset: { readonly isUpsert: boolean } | undefined): NullFields =>
  dataset?.isUpsert ? 'null' : 'omitted';

async function* decodeText(
  source: ByteSource,
  format: TextFormat,
  gzip: boolean,
  chunk: Chunk,
  noted: Noted,
): AsyncIterable<readonly DecodedRecord[]> {
  const { start, end, firstRow, header = [], frame, csv } = chunk;
  const splitter = splitterFor(format, start, frame, csv);
  const readRow: RowReader = format === 'csv' ? rowReader(header, csv) : jsonRecord;
  let skip = format === 'csv' && start === 0 ? (csv ?? PLAIN_CSV).skip : 0;
  let row = firstRow;
  for await (const records of cutText(splitter, textBlocks(source, gzip, start, end), chunk)) {
    const rows = skip > 0 ? records.slice(skip) : records;
    skip -= records.length - rows.length;
    const decoded: DecodedRecord[] = [];
    for (const record of rows) {
      const read = readRow(record, { source: source.name, row: row++ });
      if (read) decoded.push(read);
      else noted.repeatedHeaders++;
    }
    if (decoded.length > 0) yield decoded;
    if (splitter.lost) throw new FileRejectedError(splitter.lost);
  }
}

async function* cutText(
  splitter: Splitter,
  blocks: AsyncIterable<Uint8Array>,
  { goesOn, broken }: Chunk,
): AsyncIterable<readonly RawRecord[]> {
  for await (const block of blocks) yield splitter.push(block);
  if (broken) throw new FileRejectedError(broken);
  // Where a chunk ends is the end of the text only for the last one.
  if (!goesOn) yield splitter.end();
}

function jsonRecord(record: RawRecord, position: Position): DecodedRecord {
  const rejected = (rejection: Rejection): DecodedRecord => ({ position, ...keptRaw(record), rejection });
  if (record.length > MAX_RECORD_BYTES) return rejected(tooLarge(record.length));
  if (record.parseError !== undefined) return rejected({ code: 'malformed', message: record.parseError });
  const decoded = decodeJson(record.bytes);
  return decoded.rejection ? rejected(decoded.rejection) : { position, raw: decoded.text, value: decoded.value };
}
