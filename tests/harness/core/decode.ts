import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { type ByteSource, bytesSource } from '#core/ingestion/source/byte-source.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';

export interface DecodedFile {
  readonly records: readonly DecodedRecord[];
  /** Why the rest of the file was rejected, if so. */
  readonly rejection?: Rejection;
  readonly chunks: number;
}

/** A file that is read in small pieces, as the network would give it. */
export function piecemeal(name: string, bytes: Uint8Array, size: number): ByteSource {
  const whole = bytesSource(name, bytes);
  return {
    ...whole,
    async *stream(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += size) yield bytes.subarray(at, Math.min(end, at + size));
    },
  };
}

/** The records of a chunk, one after the other. */
export async function* recordsOf(...chunk: Parameters<typeof decodeChunk>): AsyncIterable<DecodedRecord> {
  for await (const records of decodeChunk(...chunk)) yield* records;
}

/** The cells of a row of CSV by the names of their columns; empty ones are left out. */
function byColumn(record: DecodedRecord, header: readonly string[] | undefined): DecodedRecord {
  if (!header || record.rejection) return record;
  const named = (record.value as readonly string[]).map((cell, i) => [header[i], cell]);
  return { ...record, value: Object.fromEntries(named.filter(([, cell]) => cell !== '')) };
}

/** Plans a file and decodes all of its chunks. */
export async function decodeFile(source: ByteSource, targetBytes = 1_048_576): Promise<DecodedFile> {
  const records: DecodedRecord[] = [];
  let chunks = 0;
  try {
    const plan = await listChunks(source, { targetBytes });
    chunks = plan.chunks.length;
    for (const chunk of plan.chunks) {
      for await (const record of recordsOf(source, plan, chunk)) records.push(byColumn(record, chunk.header));
    }
    return { records, chunks };
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    return { records, chunks, rejection: error.rejection };
  }
}
