import type { ObjectStore } from '#core/ports/object-store.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { type FileFormat, formatOf, isPackedName, KNOWN_SUFFIXES } from '../format.ts';
import { rejectMissingColumns } from '../missing-columns.ts';
import { planRowGroups } from '../parquet/decode-row-groups.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { type Unpacked, UnpackedWriter } from '../source/unpacked.ts';
import { ANY_COLUMNS, NO_CSV_SETTINGS } from '../text/csv-settings.ts';
import { type CsvGiven, detectCsv, SAMPLE_BYTES } from '../text/detect-csv.ts';
import { foreignName, rejectBinary } from '../text/foreign-formats.ts';
import { jsonLayout } from '../text/json-layout.ts';
import { rejectFalseGzip, textBlocks } from '../text/text-blocks.ts';
import type { Chunk } from './chunk.ts';
import { type CsvLayout, TextCutter, type TextFormat } from './text-cutter.ts';

export interface ChunkList {
  readonly format: FileFormat;
  readonly gzip: boolean;
  /** In order; together they cover the file exactly once. None where the file has no record. */
  readonly chunks: Chunk[];
  /** Where the text lies that the chunks are parts of, if it was laid down for them. */
  readonly unpacked?: Unpacked;
  /** CSV: the names of the columns as the mapping has them. */
  readonly header?: readonly string[];
  /** CSV: what was found out of how it is written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
}

/** What a dataset says of its files. */
export interface FileSettings extends CsvGiven {
  /** The format of files whose names do not say it. */
  readonly format?: FileFormat | undefined;
}

export interface ListChunksOptions {
  readonly targetBytes: number;
  /** Takes the text of a large packed file, so that it can be cut. @default none: such a file is one chunk */
  readonly workspace?: { readonly store: ObjectStore; readonly prefix: string };
  /** @default nothing is known of the files */
  readonly files?: FileSettings;
}

const ANY_FILES: FileSettings = { csv: NO_CSV_SETTINGS, columns: ANY_COLUMNS };

/**
 * Divides a file into chunks of about `targetBytes`, cut where a record ends. Uncompressed text is read once from end to
 * end for that, of Parquet the footer. A packed file can't be read from its middle: where there is room to work, one that
 * is larger than a chunk is unpacked there, and its chunks are parts of that; else it is one chunk.
 * @throws FileRejectedError when nothing in the file can be used (aep.md §2.3, whole-batch failures)
 */
export async function listChunks(
  source: ByteSource,
  { targetBytes, workspace, files = ANY_FILES }: ListChunksOptions,
): Promise<ChunkList> {
  const named = formatNamed(source.name, files);
  const { gzip } = named;
  if (source.size === 0) return { ...named, chunks: [] };
  if (gzip) await rejectFalseGzip(source);
  if (named.format === 'parquet') {
    const { chunks, columns } = await planRowGroups(source, gzip, targetBytes);
    if (!files.columns.isOfSchema?.(columns.example)) rejectMissingColumns(columns.paths, files.columns, false);
    return { ...named, chunks };
  }
  const looked = named.format === 'csv' ? await lookInsideCsv(source, gzip, files) : await lookInside(source, named);
  if (!looked) return { ...named, chunks: [] };
  const { format, layout, isEmpty, ...found } = looked;
  if (!gzip) return { format, gzip, ...found, chunks: await cut(source, format, targetBytes, layout) };
  const cutUp = workspace && (await unpack(source, format, targetBytes, workspace, layout));
  if (cutUp) return { ...cutUp, ...found };
  return { format, gzip, ...found, chunks: isEmpty ? [] : [{ ...whole(source), ...layout }] };
}

function formatNamed(name: string, { format }: FileSettings): { readonly format: FileFormat; readonly gzip: boolean } {
  const named = formatOf(name);
  if (named) return named;
  const foreign = foreignName(name);
  if (!foreign && format) return { format, gzip: isPackedName(name) };
  throw new FileRejectedError({
    code: 'unsupported-format',
    message: foreign
      ? `The file is ${foreign.what}, which is not read; ${foreign.advice}`
      : 'The name of the file does not determine its format; rename it, or say in the dataset what such files are (fileFormat: csv, for example)',
    expected: KNOWN_SUFFIXES,
    ...(foreign && { found: foreign.what }),
  });
}

/** What the beginning of a text says. */
interface Looked {
  readonly format: TextFormat;
  readonly layout?: CsvLayout;
  readonly header?: readonly string[];
  readonly detected?: Readonly<Record<string, string>>;
  /** Whether there is no record in it, for certain. */
  readonly isEmpty?: boolean;
}

/** @returns undefined where the file has not even a header @throws FileRejectedError when the rows cannot be read */
async function lookInsideCsv(source: ByteSource, gzip: boolean, files: FileSettings): Promise<Looked | undefined> {
  const { sample, isWhole } = await sampleOf(source, gzip);
  if (sample.length > 0) rejectBinary(sample, gzip, true);
  const isTabs = files.csv.delimiter === undefined && /\.tsv(?:\.gz|\.zst)?$/i.test(source.name);
  const csv = isTabs ? { ...files.csv, delimiter: '\t' } : files.csv;
  const found = detectCsv(sample, { ...files, csv }, isWhole);
  if (!found) return undefined;
  const { header, dialect, detected, isEmpty } = found;
  const layout = { header, ...(dialect && { csv: dialect }) };
  return { format: 'csv', layout, header, isEmpty, ...(Object.keys(detected).length > 0 && { detected }) };
}

/** The beginning of a text, and whether it is all of it. */
async function sampleOf(source: ByteSource, gzip: boolean): Promise<{ sample: Uint8Array; isWhole: boolean }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const end = gzip ? source.size : Math.min(source.size, SAMPLE_BYTES);
  let isWhole = end === source.size;
  try {
    for await (const block of textBlocks(source, gzip, 0, end)) {
      parts.push(block);
      length += block.length;
      if (length <= SAMPLE_BYTES) continue;
      isWhole = false;
      break;
    }
  } catch (error) {
    // What is before the damage of a packed file is read all the same.
    if (!(error instanceof FileRejectedError && length > 0)) throw error;
    isWhole = false;
  }
  return { sample: Buffer.concat(parts).subarray(0, SAMPLE_BYTES), isWhole };
}

async function cut(
  source: ByteSource,
  format: TextFormat,
  targetBytes: number,
  layout: CsvLayout | undefined,
): Promise<Chunk[]> {
  const cutter = new TextCutter(format, targetBytes, layout);
  for await (const block of textBlocks(source, false)) if (!cutter.push(block)) break;
  return cutter.end(source.size);
}

const whole = (source: ByteSource): Chunk => ({ index: 0, start: 0, end: source.size, firstRow: 1 });

/** @returns undefined where there is nothing in it @throws FileRejectedError when the file is no text */
async function lookInside(
  source: ByteSource,
  { format, gzip }: { readonly format: FileFormat; readonly gzip: boolean },
): Promise<Looked | undefined> {
  let isFirst = true;
  async function* judged(): AsyncIterable<Uint8Array> {
    for await (const block of textBlocks(source, gzip)) {
      if (isFirst) rejectBinary(block, gzip, false);
      isFirst = false;
      yield block;
    }
  }
  const layout = await jsonLayout(judged());
  if (layout === 'empty') return undefined;
  if (format !== 'json') return { format: format as TextFormat };
  if (layout === 'other') {
    throw new FileRejectedError({
      code: 'wrong-format',
      message: 'The file does not have the format of its name: it does not begin like JSON',
      expected: 'an array of records, one record, or a record a line',
      found: 'other text',
    });
  }
  return { format: layout === 'lines' ? 'ndjson' : 'json' };
}

/**
 * Unpacks a file into the workspace and cuts its text there, up to where it is damaged, if so.
 * @returns undefined where it is one chunk and no larger than that
 */
async function unpack(
  source: ByteSource,
  format: TextFormat,
  targetBytes: number,
  { store, prefix }: NonNullable<ListChunksOptions['workspace']>,
  layout: CsvLayout | undefined,
): Promise<ChunkList | undefined> {
  // So small that a worker unpacks little that is not its own, so large that writing them is no work by itself.
  const blockBytes = Math.max(1, targetBytes >> 1);
  const writer = new UnpackedWriter(store, prefix, blockBytes, targetBytes);
  const cutter = new TextCutter(format, targetBytes, layout);
  let broken: Rejection | undefined;
  try {
    for await (const block of textBlocks(source, true)) {
      await writer.add(block);
      if (!cutter.push(block)) break;
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    broken = error.rejection;
  }
  const { size } = writer;
  const chunks = cutter.end(size, broken);
  if (chunks.length <= 1 && size <= targetBytes)
    return chunks.length === 0 ? { format, gzip: true, chunks } : undefined;
  return { format, gzip: false, chunks, unpacked: await writer.end() };
}
