import type { z } from 'zod';
import { type ChunkList, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk, type Noted } from '#core/ingestion/decode.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import {
  type ColumnSettings,
  type CsvSettings,
  csvSettings,
  NO_CSV_SETTINGS,
} from '#core/ingestion/text/csv-settings.ts';
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
  /** CSV: the names of the columns; '' for one that has none, or the same as another. */
  readonly header?: readonly string[];
  /** CSV: what its dataset has to say of how it is written. */
  readonly csv?: z.input<typeof csvSettings>;
  /** CSV: rows that repeat the header. */
  readonly repeatedHeaders?: number;
  readonly records: readonly DecodedRecord[];
  /** Whether it is the whole file. */
  readonly isWhole: boolean;
}

/**
 * Reads the beginning of a file with the readers of batch ingestion, so that what is guessed of it is what they make of it.
 * @param given of the header of a CSV
 * @throws FileRejectedError when the platform can read nothing of the file
 */
export async function readSample(source: ByteSource, given: CsvNames = {}): Promise<Sample> {
  const settings = given.hasHeader === false ? await withoutHeader(source, given.columns) : NO_CSV_SETTINGS;
  const sample = await readWith(source, settings, new Set());
  const numbers = localNumbers(sample);
  if (numbers.size === 0) return sample;
  try {
    return await readWith(source, settings, numbers);
  } catch (error) {
    if (error instanceof FileRejectedError && error.rejection.code === 'ambiguous-format') return sample;
    throw error;
  }
}

/** What the user says of the header of a CSV. */
export interface CsvNames {
  readonly hasHeader?: boolean;
  /** The names of the columns of a file that has no header; numbered when omitted. */
  readonly columns?: readonly string[] | undefined;
}

/** The first row tells how many columns there are. */
async function withoutHeader(source: ByteSource, names: readonly string[] | undefined): Promise<CsvSettings> {
  const files = { csv: NO_CSV_SETTINGS, columns: NOTHING_READ };
  const header = names ? [] : (await listChunks(headOf(source), { targetBytes: 2 * SAMPLE_BYTES, files })).header;
  return csvSettings.parse({ header: 'none', columns: names ?? header?.map((_, i) => `column${i + 1}`) });
}

/** Two columns of one name are none that can be read, and no reason to reject the file. */
const NOTHING_READ: ColumnSettings = { required: [], read: new Set(), kindOf: () => undefined };

async function readWith(source: ByteSource, csv: CsvSettings, numbers: ReadonlySet<string>): Promise<Sample> {
  const head = headOf(source);
  const isCut = head.size < source.size;
  const columns: ColumnSettings = { ...NOTHING_READ, kindOf: (name) => (numbers.has(name) ? 'number' : undefined) };
  const plan = await listChunks(head, { targetBytes: 2 * SAMPLE_BYTES, files: { csv, columns } });
  const header = plan.header && withoutDoubles(plan.header);
  const noted: Noted = { repeatedHeaders: 0 };
  const taken: Taken = { records: [], characters: 0, isFull: false };
  try {
    await takeAll(head, plan, taken, noted);
  } catch (error) {
    // Where the beginning was cut off is no end; and what could be read before a file is broken says what is in it.
    if (!(error instanceof FileRejectedError && (isCut || taken.records.length > 0))) throw error;
  }
  const { records, isFull } = taken;
  const isPartial = isCut && !isFull && records.length > 1;
  const whole = isPartial ? records.slice(0, -1) : records;
  return {
    format: plan.format,
    ...(header && { header }),
    ...(plan.format === 'csv' && settingsOf(plan, csv)),
    ...(noted.repeatedHeaders > 0 && noted),
    records: whole,
    isWhole: !isCut && !isFull,
  };
}

/** What a dataset has to say so that its files are read as this one was, without guessing. */
function settingsOf({ detected = {} }: ChunkList, { header, columns }: CsvSettings): Pick<Sample, 'csv'> {
  const { index: _index, ...found } = detected;
  const csv = { ...found, ...(header === 'none' && { header, columns }) };
  return Object.keys(csv).length > 0 ? { csv } : {};
}

const withoutDoubles = (header: readonly string[]): readonly string[] => {
  const seen = new Map<string, number>();
  for (const name of header) seen.set(name, (seen.get(name) ?? 0) + 1);
  return header.map((name) => (seen.get(name) === 1 ? name : ''));
};

/** `1.234,50`, and `1,234.50`: these are numbers, and nothing else. */
const LOCAL_NUMBER = /^[+-]?(?:\d{1,3}(?:[.'\u2019]\d{3})+|\d+),\d+$|^[+-]?\d{1,3}(?:,\d{3})+\.\d+$/;
/** … beside which these are numbers as well. */
const NUMBER = /^[+-]?(?:[1-9]\d*|0|[1-9]\d{0,2}(?:[.,'\u2019]\d{3})+)(?:[.,]\d+)?$/;

/** The columns whose numbers are written in the way of a country. */
function localNumbers({ format, header = [], records }: Sample): ReadonlySet<string> {
  if (format !== 'csv') return new Set();
  const rows = records.flatMap((record) => (record.rejection ? [] : [record.value as readonly string[]]));
  const isLocal = (column: number): boolean => {
    const cells = rows.map((row) => row[column]!.trim()).filter((cell) => cell !== '');
    return cells.some((cell) => LOCAL_NUMBER.test(cell)) && cells.every((cell) => NUMBER.test(cell));
  };
  return new Set(header.filter((name, column) => name !== '' && isLocal(column)));
}

interface Taken {
  readonly records: DecodedRecord[];
  characters: number;
  isFull: boolean;
}

async function takeAll(head: ByteSource, plan: ChunkList, taken: Taken, noted: Noted): Promise<void> {
  for (const chunk of plan.chunks) {
    for await (const some of decodeChunk(head, plan, chunk, undefined, noted)) {
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
