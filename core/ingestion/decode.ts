import type { ByteSource } from './byte-source.ts';
import type { Chunk, ChunkPlan } from './chunks.ts';
import { csvRows, keptRaw } from './csv-rows.ts';
import { decodeJson, tooLarge } from './decode-json.ts';
import { decodeRowGroups } from './parquet.ts';
import { type DecodedRecord, FileRefusedError, MAX_RECORD_BYTES, type Position, type Refusal } from './record.ts';
import { CsvSplitter } from './split-csv.ts';
import { JsonSplitter } from './split-json.ts';
import { LineSplitter } from './split-lines.ts';
import type { RawRecord, Splitter } from './splitter.ts';
import { textPieces } from './text.ts';

/**
 * The records of a chunk, in the order and with the row numbers they have in the file. One that can't be read comes out
 * as a refusal, and the next one follows.
 * @param plan what {@link planChunks} said of the file
 * @throws FileRefusedError after the records that could be read, when the rest of the file can't be
 */
export function decodeChunk(
  source: ByteSource,
  plan: Pick<ChunkPlan, 'format' | 'gzip'>,
  chunk: Chunk,
): AsyncIterable<DecodedRecord> {
  return plan.format === 'parquet' ? decodeRowGroups(source, plan.gzip, chunk) : decodeText(source, plan, chunk);
}

async function* decodeText(
  source: ByteSource,
  { format, gzip }: Pick<ChunkPlan, 'format' | 'gzip'>,
  { start, end, firstRow, header }: Chunk,
): AsyncIterable<DecodedRecord> {
  const splitter = splitterFor(format, start);
  let row = firstRow;
  let isHeaderAhead = format === 'csv' && start === 0;
  const positionOf = (): Position => ({ source: source.name, row: row++ });
  function* decode(records: readonly RawRecord[]): Iterable<DecodedRecord> {
    let rows = records;
    if (isHeaderAhead && rows.length > 0) {
      rows = rows.slice(1);
      isHeaderAhead = false;
    }
    if (format === 'csv')
      for (const decoded of csvRows(rows, header ?? [])) yield { position: positionOf(), ...decoded };
    else for (const record of rows) yield jsonRecord(record, positionOf());
    if (splitter.lost) throw new FileRefusedError(splitter.lost);
  }
  for await (const piece of textPieces(source, gzip, start, end)) yield* decode(splitter.push(piece));
  yield* decode(splitter.end());
}

function splitterFor(format: ChunkPlan['format'], start: number): Splitter {
  if (format === 'csv') return new CsvSplitter(start);
  return format === 'json' ? new JsonSplitter() : new LineSplitter(start);
}

function jsonRecord(record: RawRecord, position: Position): DecodedRecord {
  const refused = (refusal: Refusal): DecodedRecord => ({ position, ...keptRaw(record), refusal });
  if (record.length > MAX_RECORD_BYTES) return refused(tooLarge(record.length));
  if (record.flaw !== undefined) return refused({ code: 'malformed', message: record.flaw });
  const decoded = decodeJson(record.bytes);
  return decoded.refusal ? refused(decoded.refusal) : { position, raw: decoded.text, value: decoded.value };
}
