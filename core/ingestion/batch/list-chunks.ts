import type { ObjectStore } from '#core/ports/object-store.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { type FileFormat, formatOf, KNOWN_SUFFIXES } from '../format.ts';
import { planRowGroups } from '../parquet/decode-row-groups.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { type Unpacked, UnpackedWriter } from '../source/unpacked.ts';
import { readHeader } from '../text/csv-rows.ts';
import { jsonLayout } from '../text/json-layout.ts';
import { CsvSplitter } from '../text/split-csv.ts';
import type { RawRecord } from '../text/splitter.ts';
import { rejectBinary, rejectFalseGzip, textBlocks } from '../text/text-blocks.ts';
import type { Chunk } from './chunk.ts';
import { emptyFile, TextCutter, type TextFormat } from './text-cutter.ts';

export interface ChunkList {
  readonly format: FileFormat;
  readonly gzip: boolean;
  /** In order; together they cover the file exactly once. */
  readonly chunks: Chunk[];
  /** Where the text lies that the chunks are parts of, if it was laid down for them. */
  readonly unpacked?: Unpacked;
}

export interface ListChunksOptions {
  readonly targetBytes: number;
  /** Takes the text of a large gzip, so that it can be cut. @default none: a gzip is one chunk */
  readonly workspace?: { readonly store: ObjectStore; readonly prefix: string };
}

/**
 * Divides a file into chunks of about `targetBytes`, cut where a record ends. Uncompressed text is read once from end to
 * end for that, of Parquet the footer. A gzip can't be read from its middle: where there is room to work, one that is
 * larger than a chunk is unpacked there, and its chunks are parts of that; else it is one chunk.
 * @throws FileRejectedError when nothing in the file can be used (aep.md §2.3, whole-batch failures)
 */
export async function listChunks(
  source: ByteSource,
  { targetBytes, workspace }: ListChunksOptions,
): Promise<ChunkList> {
  const named = formatOf(source.name);
  if (!named) {
    throw new FileRejectedError({
      code: 'unsupported-format',
      message: 'The name of the file does not determine its format; rename it',
      expected: KNOWN_SUFFIXES,
    });
  }
  if (source.size === 0) throw emptyFile();
  const { gzip } = named;
  if (gzip) await rejectFalseGzip(source);
  if (named.format === 'parquet') {
    const chunks = await planRowGroups(source, gzip, targetBytes);
    if (chunks.every(({ rows }) => rows === 0)) throw emptyFile();
    return { format: 'parquet', gzip, chunks };
  }
  const format = await lookInside(source, named.format, gzip);
  if (gzip) {
    const header = format === 'csv' ? await headerOf(source) : undefined;
    const cutUp = workspace && (await unpack(source, format, targetBytes, workspace));
    return cutUp ?? { format, gzip, chunks: [{ ...whole(source), ...(header ? { header } : {}) }] };
  }
  return { format, gzip, chunks: await cut(source, format, targetBytes) };
}

async function cut(source: ByteSource, format: TextFormat, targetBytes: number): Promise<Chunk[]> {
  const cutter = new TextCutter(format, targetBytes);
  for await (const block of textBlocks(source, false)) if (!cutter.push(block)) break;
  return cutter.end(source.size);
}

const whole = (source: ByteSource): Chunk => ({ index: 0, start: 0, end: source.size, firstRow: 1 });

/** @throws FileRejectedError when the file is empty or no text */
async function lookInside(source: ByteSource, format: TextFormat, gzip: boolean): Promise<TextFormat> {
  let isFirst = true;
  async function* judged(): AsyncIterable<Uint8Array> {
    for await (const block of textBlocks(source, gzip)) {
      if (isFirst) rejectBinary(block, gzip);
      isFirst = false;
      yield block;
    }
  }
  const layout = await jsonLayout(judged());
  if (layout === 'empty') throw emptyFile();
  if (format !== 'json') return format;
  if (layout === 'other') {
    throw new FileRejectedError({
      code: 'wrong-format',
      message: 'The file does not have the format of its name: it does not begin like JSON',
      expected: 'an array of records, one record, or a record a line',
      found: 'other text',
    });
  }
  return layout === 'lines' ? 'ndjson' : 'json';
}

/** @throws FileRejectedError when there is no header, or nothing below it */
async function headerOf(source: ByteSource): Promise<readonly string[]> {
  const splitter = new CsvSplitter(0);
  const rows: RawRecord[] = [];
  for await (const block of textBlocks(source, true)) {
    rows.push(...splitter.push(block).slice(0, 2));
    if (rows.length > 1) return readHeader(rows[0]!);
  }
  rows.push(...splitter.end());
  const header = readHeader(rows[0]!);
  if (rows.length === 1) throw emptyFile();
  return header;
}

/**
 * Unpacks a gzip into the workspace and cuts its text there, up to where it is damaged, if so.
 * @returns undefined where it is one chunk and no larger than that
 */
async function unpack(
  source: ByteSource,
  format: TextFormat,
  targetBytes: number,
  { store, prefix }: NonNullable<ListChunksOptions['workspace']>,
): Promise<ChunkList | undefined> {
  // So small that a worker unpacks little that is not its own, so large that writing them is no work by itself.
  const blockBytes = Math.max(1, targetBytes >> 1);
  const writer = new UnpackedWriter(store, prefix, blockBytes, targetBytes);
  const cutter = new TextCutter(format, targetBytes);
  let broken: Rejection | undefined;
  try {
    for await (const block of textBlocks(source, true)) {
      await writer.add(block);
      if (!cutter.push(block)) break;
    }
  } catch (error) {
    // The header of a CSV was read before, so this is the gzip.
    if (!(error instanceof FileRejectedError)) throw error;
    broken = error.rejection;
  }
  const { size } = writer;
  const chunks = cutter.end(size, broken);
  if (chunks.length === 1 && size <= targetBytes) return undefined;
  return { format, gzip: false, chunks, unpacked: await writer.end() };
}
