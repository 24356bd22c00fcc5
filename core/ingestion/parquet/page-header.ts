import { MAX_PAGE_BYTES } from './budget.ts';
import { expectThat, ParquetParseError } from './parse-error.ts';
import type { Leaf } from './schema.ts';
import { readStruct, type Struct } from './thrift.ts';

/** What a page says of itself; all lengths are bytes, and numbers from 0 up. */
export type PageHeader = Sizes & Content;
type Content = FirstVersion | SecondVersion | Dictionary | { readonly kind: 'other' };
export type FirstHeader = Sizes & FirstVersion;
export type SecondHeader = Sizes & SecondVersion;
export type DataHeader = FirstHeader | SecondHeader;
export type DictionaryHeader = Sizes & Dictionary;

interface Sizes {
  /** Of the page as it lies in the file, behind its header. */
  readonly packed: number;
  readonly unpacked: number;
}

interface Data {
  /** Values, nulls included. */
  readonly count: number;
  readonly encoding: string;
}

interface FirstVersion extends Data {
  readonly kind: 'first';
  readonly definitionEncoding: string;
  readonly repetitionEncoding: string;
}

interface SecondVersion extends Data {
  readonly kind: 'second';
  readonly rows: number;
  /** Lengths of the levels, which are not packed. */
  readonly definition: number;
  readonly repetition: number;
  readonly isPacked: boolean;
}

interface Dictionary {
  readonly kind: 'dictionary';
  /** Values. */
  readonly count: number;
}

/** By their numbers in `parquet.thrift`, as are all fields below. */
const ENCODINGS: readonly string[] = [
  ...['PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED'],
  ...['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'],
];
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/**
 * The header of the page that begins at `at`.
 * @returns also its length; undefined when it does not end within the bytes
 * @throws ParquetFlaw when the page says something of itself that can't be
 */
export function readHeader(
  bytes: Uint8Array,
  at: number,
): { readonly header: PageHeader; readonly length: number } | undefined {
  let read: ReturnType<typeof readStruct>;
  try {
    read = readStruct(bytes, at);
  } catch (error) {
    if (error instanceof ParquetParseError) return undefined;
    throw error;
  }
  const { struct, end } = read;
  if (end > bytes.length) return undefined;
  const [packed, unpacked] = [struct[3], struct[2]];
  expectThat(isLength(packed) && isLength(unpacked), 'a page has no valid length');
  expectThat(unpacked <= MAX_PAGE_BYTES, `a page is larger than ${MAX_PAGE_BYTES} bytes`);
  // No codec makes what does not compress much larger.
  expectThat(packed <= unpacked + unpacked / 4 + 1_024, 'a page is larger packed than unpacked');
  return { header: { packed, unpacked, ...contentOf(struct) }, length: end - at };
}

function contentOf(struct: Struct): Content {
  switch (struct[1]) {
    case DATA_PAGE: {
      const first = partOf(struct, 5);
      const [definitionEncoding, repetitionEncoding] = [encodingOf(first[3]), encodingOf(first[4])];
      return { kind: 'first', ...dataOf(first, 2), definitionEncoding, repetitionEncoding };
    }
    case DATA_PAGE_V2: {
      const second = partOf(struct, 8);
      const data = dataOf(second, 4);
      const [rows, definition, repetition] = [second[3], second[5], second[6]];
      expectThat(isLength(definition) && isLength(repetition), 'the levels of a page have no valid length');
      expectThat(isLength(rows), 'a page does not say how many rows it has');
      return { kind: 'second', ...data, rows, definition, repetition, isPacked: second[7] !== false };
    }
    case DICTIONARY_PAGE: {
      const count = partOf(struct, 7)[1];
      expectThat(isLength(count), 'a dictionary has no valid size');
      return { kind: 'dictionary', count };
    }
    default:
      return { kind: 'other' };
  }
}

/** What a page of its type says; a damaged one may lack it, or have that of the other type. */
const partOf = (struct: Struct, field: number): Struct => {
  const part = struct[field];
  return typeof part === 'object' ? part : {};
};

function dataOf(part: Struct, encodingField: number): Data {
  const count = part[1];
  expectThat(isLength(count), 'a page does not declare how many values it has');
  return { count, encoding: encodingOf(part[encodingField]) };
}

const encodingOf = (value: unknown): string => ENCODINGS[value as number] ?? 'unknown';

const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether a page holds values, and is not a dictionary or something else. */
export const isData = (header: PageHeader): header is DataHeader => header.kind === 'first' || header.kind === 'second';

/** How many rows a page has, where its header says: not in a list, or pages of the second version. */
export function rowsOfPage(header: DataHeader, { repetition }: Leaf): number | undefined {
  if (repetition === 0) return header.count;
  return header.kind === 'second' ? header.rows : undefined;
}
