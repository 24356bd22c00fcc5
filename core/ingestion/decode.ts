import {
  type DecodedRecord,
  FileRefusedError,
  MAX_RECORD_BYTES,
  type Position,
  type Refusal,
} from '#core/record/record.ts';
import type { Chunk } from './batch/chunk.ts';
import type { ChunkPlan } from './batch/plan-chunks.ts';
import type { TextFormat } from './batch/text-cutter.ts';
import { decodeRowGroups } from './parquet/decode-row-groups.ts';
import type { ByteSource } from './source/byte-source.ts';
import { csvRow, keptRaw } from './text/csv-rows.ts';
import { decodeJson, tooLarge } from './text/decode-json.ts';
import type { RawRecord, Splitter } from './text/splitter.ts';
import { splitterFor } from './text/splitter-for.ts';
import { textPieces } from './text/text-pieces.ts';

/**
 * The records of a chunk, some at a time, in the order and with the row numbers they have in the file. One that can't be
 * read comes out as a refusal, and the next one follows.
 * @param plan what {@link planChunks} said of the file
 * @throws FileRefusedError after the records that could be read, when the rest of the file can't be
 */
export function decodeChunk(
  source: ByteSource,
  plan: Pick<ChunkPlan, 'format' | 'gzip'>,
  chunk: Chunk,
): AsyncIterable<readonly DecodedRecord[]> {
  const { format, gzip } = plan;
  return format === 'parquet' ? decodeRowGroups(source, gzip, chunk) : decodeText(source, format, gzip, chunk);
}

async function* decodeText(
  source: ByteSource,
  format: TextFormat,
  gzip: boolean,
  chunk: Chunk,
): AsyncIterable<readonly DecodedRecord[]> {
  const { start, end, firstRow, header = [], frame } = chunk;
  const splitter = splitterFor(format, start, frame);
  const isCsv = format === 'csv';
  let isHeaderAhead = isCsv && start === 0;
  let row = firstRow;
  for await (const records of cutText(splitter, textPieces(source, gzip, start, end), chunk)) {
    const decoded: DecodedRecord[] = [];
    for (const record of records) {
      if (isHeaderAhead) {
        isHeaderAhead = false;
        continue;
      }
      const position = { source: source.name, row: row++ };
      decoded.push(isCsv ? csvRow(record, header, position) : jsonRecord(record, position));
    }
    if (decoded.length > 0) yield decoded;
    if (splitter.lost) throw new FileRefusedError(splitter.lost);
  }
}

async function* cutText(
  splitter: Splitter,
  pieces: AsyncIterable<Uint8Array>,
  { goesOn, broken }: Chunk,
): AsyncIterable<readonly RawRecord[]> {
  for await (const piece of pieces) yield splitter.push(piece);
  if (broken) throw new FileRefusedError(broken);
  // Where a chunk ends is the end of the text only for the last one.
  if (!goesOn) yield splitter.end();
}

function jsonRecord(record: RawRecord, position: Position): DecodedRecord {
  const refused = (refusal: Refusal): DecodedRecord => ({ position, ...keptRaw(record), refusal });
  if (record.length > MAX_RECORD_BYTES) return refused(tooLarge(record.length));
  if (record.flaw !== undefined) return refused({ code: 'malformed', message: record.flaw });
  const decoded = decodeJson(record.bytes);
  return decoded.refusal ? refused(decoded.refusal) : { position, raw: decoded.text, value: decoded.value };
}
