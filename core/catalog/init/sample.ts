import { type ChunkList, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type DecodedRecord, FileRejectedError } from '#core/record/record.ts';

/** So much is read of a file, of a packed one before it is unpacked. */
export const SAMPLE_BYTES = 8 * 1_048_576;
/** Nor more records than this. */
export const SAMPLE_RECORDS = 10_000;
/** Nor more text than this, however well it was packed. */
const SAMPLE_CHARACTERS = 16 * 1_048_576;

/** The records at the beginning of a file, as the platform reads them. */
export interface Sample {
  readonly format: 'csv' | 'ndjson' | 'json' | 'parquet';
  /** CSV: the names of the columns. */
  readonly header?: readonly string[];
  readonly records: readonly DecodedRecord[];
  /** Whether it is the whole file. */
  readonly isWhole: boolean;
}

/**
 * Reads the beginning of a file with the readers of batch ingestion, so that what is guessed of it is what they make of it.
 * @throws FileRejectedError when the platform can read nothing of the file
 */
export async function readSample(source: ByteSource): Promise<Sample> {
  const head = headOf(source);
  const isCut = head.size < source.size;
  const plan = await listChunks(head, { targetBytes: 2 * SAMPLE_BYTES });
  const header = plan.chunks[0]?.header;
  const taken: Taken = { records: [], characters: 0, isFull: false };
  try {
    await takeAll(head, plan, taken);
  } catch (error) {
    // Where the beginning was cut off is no end; and what could be read before a file is broken says what is in it.
    if (!(error instanceof FileRejectedError && (isCut || taken.records.length > 0))) throw error;
  }
  const { records, isFull } = taken;
  const isPartial = isCut && !isFull && records.length > 1;
  const whole = isPartial ? records.slice(0, -1) : records;
  return { format: plan.format, ...(header && { header }), records: whole, isWhole: !isCut && !isFull };
}

interface Taken {
  readonly records: DecodedRecord[];
  characters: number;
  isFull: boolean;
}

async function takeAll(head: ByteSource, plan: ChunkList, taken: Taken): Promise<void> {
  for (const chunk of plan.chunks) {
    for await (const some of decodeChunk(head, plan, chunk)) {
      take(some, taken);
      if (taken.isFull) return;
    }
  }
}

function take(some: readonly DecodedRecord[], taken: Taken): void {
  for (const record of some) {
    if (taken.records.length === SAMPLE_RECORDS || taken.characters > SAMPLE_CHARACTERS) {
      taken.isFull = true;
      return;
    }
    taken.records.push(record);
    taken.characters += record.raw?.length ?? record.characters ?? 0;
  }
}

function headOf(source: ByteSource): ByteSource {
  if (source.size <= SAMPLE_BYTES || /\.parquet(\.gz)?$/i.test(source.name)) return source;
  return {
    name: source.name,
    size: SAMPLE_BYTES,
    read: (start, end) => source.read(start, Math.min(end, SAMPLE_BYTES)),
    stream: (start = 0, end = SAMPLE_BYTES) => source.stream(start, Math.min(end, SAMPLE_BYTES)),
  };
}
