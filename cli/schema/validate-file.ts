import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { fileSource } from '#cli/ingest/file-source.ts';
import { UserError } from '#cli/user-error.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { formatOf } from '#core/ingestion/format.ts';
import { type ByteSource, bytesSource } from '#core/ingestion/source/byte-source.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';
import type { Validate } from '#core/schema/compile-bundle.ts';
import type { Violation } from '#core/schema/violations.ts';

/** What `schema validate` answers. */
export interface ValidationReport {
  readonly accepted: number;
  readonly rejected: readonly { readonly record: number; readonly errors: readonly Violation[] }[];
}

const CHUNK_BYTES = 8 * 1_048_576;
/** Errors that are told of one record. */
export const MAX_ERRORS = 20;

/**
 * Validates each record of a file: one JSON object, an array of them, or one a line, each also packed with gzip. A record
 * that can't be read is a rejected one (keyword `parse`), and its neighbours are looked at all the same.
 */
export async function validateFile(path: string, validate: Validate): Promise<ValidationReport> {
  const source = await jsonSource(path);
  const rejected: { record: number; errors: readonly Violation[] }[] = [];
  let record = 0;
  const reject = (errors: readonly Violation[]): void => {
    rejected.push({ record, errors: errors.slice(0, MAX_ERRORS) });
  };
  try {
    for await (const decoded of recordsOf(source)) {
      record += 1;
      const errors = decoded.rejection ? [unreadable(decoded.rejection)] : validate(decoded.value);
      if (errors.length > 0) reject(errors);
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    record += 1;
    reject([unreadable(error.rejection)]);
  }
  return { accepted: record - rejected.length, rejected };
}

async function* recordsOf(source: ByteSource): AsyncIterable<DecodedRecord> {
  const plan = await listChunks(source, { targetBytes: CHUNK_BYTES });
  if (plan.chunks.length === 0) throw new FileRejectedError(NOTHING);
  for (const chunk of plan.chunks) {
    for await (const records of decodeChunk(source, plan, chunk)) yield* records;
  }
}

/** Whoever validates nothing has given another file than they meant. */
const NOTHING: Rejection = { code: 'empty-file', message: 'The file is empty', expected: 'at least one record' };

const unreadable = ({ code, message, expected, found }: Rejection): Violation => ({
  pointer: '',
  keyword: 'parse',
  expected: expected ?? message,
  found: found ?? code,
});

/** A file of any name is taken for JSON, packed or not as its first bytes say. What is no file is read to its end first. */
async function jsonSource(path: string): Promise<ByteSource> {
  const source = (await isPipe(path)) ? bytesSource('', await readPipe(path)) : await fileSource(path);
  const format = formatOf(source.name)?.format;
  if (format === 'csv' || format === 'parquet') {
    throw new UserError(`${path} is not JSON. Give a JSON object, a JSON array, or a record a line (NDJSON).`);
  }
  const [first, second] = await source.read(0, Math.min(2, source.size));
  const isPacked = first === 0x1f && second === 0x8b;
  return { ...source, name: `${format === 'ndjson' ? 'input.ndjson' : 'input.json'}${isPacked ? '.gz' : ''}` };
}

const isPipe = async (path: string): Promise<boolean> =>
  path === '-' || ((await stat(path).catch(() => undefined))?.isFIFO() ?? false);

const readPipe = (path: string): Promise<Uint8Array> => buffer(path === '-' ? process.stdin : createReadStream(path));
