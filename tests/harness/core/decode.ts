import type { z } from 'zod';
import { type FileSettings, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk, type Noted } from '#core/ingestion/decode.ts';
import { type ByteSource, bytesSource } from '#core/ingestion/source/byte-source.ts';
import { ANY_COLUMNS, type ColumnSettings, csvSettings } from '#core/ingestion/text/csv-settings.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';

export interface DecodedFile {
  readonly records: readonly DecodedRecord[];
  /** Why the rest of the file was rejected, if so. */
  readonly rejection?: Rejection;
  readonly chunks: number;
  /** What was found out of how a CSV is written. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Rows that repeat the header. */
  readonly repeatedHeaders?: number;
}

/** What a dataset says of its CSV files, and of the columns that it reads. */
export const filesOf = (
  csv: z.input<typeof csvSettings> = {},
  columns: Partial<ColumnSettings> = {},
): FileSettings => ({ csv: csvSettings.parse(csv), columns: { ...ANY_COLUMNS, ...columns } });

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

/** Plans a file and decodes all of its chunks, each by itself, as by another worker. */
export async function decodeFile(
  source: ByteSource,
  targetBytes = 1_048_576,
  files?: FileSettings,
): Promise<DecodedFile> {
  const records: DecodedRecord[] = [];
  const noted: Noted = { repeatedHeaders: 0 };
  let known: { chunks: number; detected?: Readonly<Record<string, string>> } = { chunks: 0 };
  const found = () => ({ ...known, ...(noted.repeatedHeaders > 0 && noted) });
  try {
    const plan = await listChunks(source, { targetBytes, ...(files && { files }) });
    known = { chunks: plan.chunks.length, ...(plan.detected && { detected: plan.detected }) };
    for (const chunk of plan.chunks) {
      const travelled = JSON.parse(JSON.stringify(chunk)) as typeof chunk;
      for await (const record of recordsOf(source, plan, travelled, undefined, noted)) {
        records.push(byColumn(record, chunk.header));
      }
    }
    return { records, ...found() };
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    return { records, ...found(), rejection: error.rejection };
  }
}
