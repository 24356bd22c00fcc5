import { FileRejectedError } from '#core/record/record.ts';

/** A format that is not read, and how to come to one that is. */
interface Foreign {
  readonly what: string;
  readonly advice: string;
  /** What its files begin with. */
  readonly magic?: readonly number[];
  /** Where that stands. */
  readonly at?: number;
  /** How their names end. */
  readonly suffixes?: readonly string[];
}

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

const SPREADSHEET = 'save it as CSV (in Excel: Save As, "CSV UTF-8"; LibreOffice: Save As, "Text CSV")';
const TABLE = 'write it as Parquet: in Spark df.write.parquet(…), in pandas df.to_parquet(…)';
const UNPACK = 'unpack it, and pack each file with gzip or zstd, if at all';

/** Told by the first bytes, whatever the file is called, and by names: the first one that fits. */
const FOREIGN: readonly Foreign[] = [
  { what: 'an Excel workbook', advice: SPREADSHEET, suffixes: ['xlsx', 'xlsm', 'xlsb'] },
  { what: 'an OpenDocument spreadsheet', advice: SPREADSHEET, suffixes: ['ods'] },
  {
    what: 'a zip archive or a spreadsheet',
    advice: `${UNPACK}; if it is a spreadsheet, ${SPREADSHEET}`,
    magic: [0x50, 0x4b, 0x03, 0x04],
    suffixes: ['zip'],
  },
  {
    what: 'an Excel workbook of the old format',
    advice: SPREADSHEET,
    magic: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
    suffixes: ['xls'],
  },
  { what: 'Avro', advice: TABLE, magic: [...ascii('Obj'), 1], suffixes: ['avro'] },
  { what: 'ORC', advice: TABLE, magic: ascii('ORC'), suffixes: ['orc'] },
  {
    what: 'Arrow or Feather',
    advice: 'write it as Parquet: pyarrow.parquet.write_table(…)',
    magic: ascii('ARROW1'),
    suffixes: ['arrow', 'feather', 'ipc'],
  },
  {
    what: 'a tar archive',
    advice: UNPACK,
    magic: ascii('ustar'),
    at: 257,
    suffixes: ['tar', 'tar.gz', 'tgz', 'tar.zst', 'tar.bz2'],
  },
  { what: '7z', advice: UNPACK, magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], suffixes: ['7z'] },
  { what: 'RAR', advice: UNPACK, magic: ascii('Rar!'), suffixes: ['rar'] },
  { what: 'bzip2', advice: 'pack it with gzip or zstd instead', magic: ascii('BZh'), suffixes: ['bz2'] },
  { what: 'xz', advice: 'pack it with gzip or zstd instead', magic: [0xfd, ...ascii('7zXZ')], suffixes: ['xz'] },
  { what: 'LZ4', advice: 'pack it with gzip or zstd instead', magic: [0x04, 0x22, 0x4d, 0x18], suffixes: ['lz4'] },
  {
    what: 'Snappy',
    advice: 'pack it with gzip or zstd instead (in Spark: .option("compression", "gzip"))',
    magic: [0xff, 0x06, 0x00, 0x00, ...ascii('sNaPpY')],
    suffixes: ['snappy', 'sz', 'deflate'],
  },
  { what: 'a PDF', advice: 'export the data itself, as CSV', magic: ascii('%PDF'), suffixes: ['pdf'] },
  {
    what: 'SQLite',
    advice: 'export its tables as CSV: .mode csv, .headers on, .once file.csv, select …',
    magic: ascii('SQLite format 3'),
    suffixes: ['sqlite', 'db'],
  },
  { what: 'XML', advice: 'export the data as CSV or JSON', suffixes: ['xml'] },
  {
    what: 'a web page',
    advice: 'perhaps the download failed and this is its message; export the file again',
    suffixes: ['html', 'htm'],
  },
];

/** The same of formats that are read, under another name. */
const MISNAMED: readonly Foreign[] = [
  { what: 'gzip', advice: 'end its name in .gz', magic: [0x1f, 0x8b] },
  { what: 'zstd', advice: 'end its name in .zst', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: 'Parquet', advice: 'end its name in .parquet', magic: ascii('PAR1') },
];

const UTF_16: readonly Foreign[] = [
  { what: 'UTF-16', advice: 'save it as UTF-8', magic: [0xff, 0xfe] },
  { what: 'UTF-16', advice: 'save it as UTF-8', magic: [0xfe, 0xff] },
];

/** The format of a name, and how to come to one that is read; undefined when it says nothing. */
export function foreignName(name: string): Pick<Foreign, 'what' | 'advice'> | undefined {
  const lower = name.toLowerCase();
  return FOREIGN.find(({ suffixes = [] }) => suffixes.some((suffix) => lower.endsWith(`.${suffix}`)));
}

/** Letters alone may begin a text as well: a column may be called ORCID. */
const begins = (head: Uint8Array, { magic, at = 0 }: Foreign): boolean =>
  magic?.every((byte, i) => head[at + i] === byte) === true &&
  (magic.some((byte) => !isLetter(byte)) || head.subarray(0, HEAD).some((byte) => byte < 0x09));

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** Bytes by which a file is judged. */
const HEAD = 4_096;

/**
 * @param head the first piece of a text
 * @param gzip whether it was packed
 * @param isCsv whether it may be in UTF-16
 * @throws FileRejectedError when it is no text
 */
export function rejectBinary(head: Uint8Array, gzip: boolean, isCsv: boolean): void {
  const known = [...MISNAMED, ...FOREIGN, ...(isCsv ? [] : UTF_16)].find((foreign) => begins(head, foreign));
  if (known) {
    const isTwice = gzip && (known.what === 'gzip' || known.what === 'zstd');
    throw wrongFormat(known.what, isTwice ? 'pack it once only' : known.advice);
  }
  if (isMarkup(head))
    throw wrongFormat(
      'a web page or XML',
      'perhaps an export failed and this is its message; export the data as CSV or JSON',
    );
  if (!isCsv && hasManyZeros(head.subarray(0, HEAD))) throw binary();
}

/** @throws FileRejectedError when a text has so many zero bytes that it is none */
export function rejectZeros(head: Uint8Array): void {
  if (hasManyZeros(head.subarray(0, HEAD))) throw binary();
}

const isMarkup = (head: Uint8Array): boolean =>
  /^\s*<(?:!doctype|\?xml|html)\b/i.test(Buffer.from(head.subarray(0, 64)).toString('latin1'));

/** As binary data and UTF-16 have them; a few are the fault of a record. */
function hasManyZeros(head: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros * 20 > head.length;
}

const wrongFormat = (what: string, advice: string): FileRejectedError =>
  new FileRejectedError({
    code: 'wrong-format',
    message: `The file does not have the format of its name: it is ${what}; ${advice}`,
    expected: 'text in UTF-8',
    found: what,
  });

const binary = (): FileRejectedError =>
  new FileRejectedError({
    code: 'wrong-format',
    message:
      'The file does not have the format of its name: it begins with many zero bytes, so it is not a text in UTF-8; save it as UTF-8',
    expected: 'text in UTF-8',
    found: 'binary data',
  });
