import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import { CODECS, CONVERTED_TYPES, ENCODINGS, PARQUET_TYPES, REPETITIONS } from './parquet-names.ts';

/** Parquet files that no writer would write: their parts are put together by hand. */

type PageHeader = Parameters<typeof writePageHeader>[1];

export interface Page {
  readonly header: Partial<PageHeader>;
  readonly body: Uint8Array;
}

type Change = (metadata: FileMetaData) => void;

/** The file with another footer. */
export function withFooter(file: Uint8Array, change: Change): Uint8Array {
  const metadata = parquetMetadata(new Uint8Array(file).buffer);
  const length = Buffer.from(file).readUInt32LE(file.length - 8);
  return closed(Buffer.from(file.subarray(0, file.length - 8 - length)), metadata, change);
}

function closed(data: Uint8Array, metadata: FileMetaData, change: Change): Uint8Array {
  change(metadata);
  const footer = new ByteWriter();
  serializeTCompactProtocol(footer, footerOf(metadata));
  const bytes = footer.getBytes();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([data, bytes, length, Buffer.from('PAR1')]);
}

/** As it is written, whatever it says: writers would look whether it can be. */
const footerOf = ({
  version,
  schema,
  num_rows,
  row_groups,
}: FileMetaData): Parameters<typeof serializeTCompactProtocol>[1] => ({
  field_1: version,
  field_2: schema.map((element) => ({
    field_1: element.type && PARQUET_TYPES.indexOf(element.type),
    field_2: element.type_length,
    field_3: element.repetition_type && REPETITIONS.indexOf(element.repetition_type),
    field_4: element.name,
    field_5: element.num_children,
    field_6: element.converted_type && CONVERTED_TYPES.indexOf(element.converted_type),
  })),
  field_3: num_rows,
  field_4: row_groups.map((group) => ({
    field_1: group.columns.map(({ file_offset, meta_data: meta }) => ({
      field_2: file_offset,
      field_3: meta && {
        field_1: PARQUET_TYPES.indexOf(meta.type),
        field_2: meta.encodings.map((encoding) => ENCODINGS.indexOf(encoding)),
        field_3: meta.path_in_schema,
        field_4: CODECS.indexOf(meta.codec),
        field_5: meta.num_values,
        field_6: meta.total_uncompressed_size,
        field_7: meta.total_compressed_size,
        field_9: meta.data_page_offset,
        field_11: meta.dictionary_page_offset,
      },
    })),
    field_2: group.total_byte_size,
    field_3: group.num_rows,
  })),
});

/** A file of one column `x` that has these pages, and says that it has so many rows. */
export function ofPages(
  pages: readonly Page[],
  { rows = 10, change = () => {}, ...element }: Partial<SchemaElement> & { rows?: number; change?: Change } = {},
): Uint8Array {
  const small = new Uint8Array(
    parquetWriteBuffer({
      columnData: [{ name: 'x', data: ['a'], type: 'STRING', nullable: false }],
      codec: 'UNCOMPRESSED',
      statistics: false,
    }),
  );
  const metadata = parquetMetadata(small.buffer);
  const writer = new ByteWriter();
  writer.appendBytes(Buffer.from('PAR1'));
  for (const { header, body } of pages) {
    const { length } = body;
    const sizes = { uncompressed_page_size: length, compressed_page_size: length };
    writePageHeader(writer, { type: 'DATA_PAGE', ...sizes, ...header } as PageHeader);
    writer.appendBytes(body);
  }
  const data = writer.getBytes();
  return closed(data, metadata, (footer) => {
    const group = footer.row_groups[0]!;
    const meta = group.columns[0]!.meta_data!;
    footer.num_rows = group.num_rows = meta.num_values = BigInt(rows);
    Object.assign(footer.schema[1]!, element);
    if (element.type) meta.type = element.type;
    meta.data_page_offset = 4n;
    delete meta.dictionary_page_offset;
    meta.total_compressed_size = BigInt(data.length - 4);
    change(footer);
  });
}

/** A page of values as they are, without levels. */
export const plainPage = (body: Uint8Array, count: number, encoding = 'PLAIN', more: Partial<PageHeader> = {}): Page =>
  ({
    header: {
      data_page_header: {
        num_values: count,
        encoding,
        definition_level_encoding: 'RLE',
        repetition_level_encoding: 'RLE',
      },
      ...more,
    },
    body,
  }) as Page;

/** A dictionary of texts. */
export const dictionaryPage = (texts: readonly string[], count = texts.length): Page => ({
  header: { type: 'DICTIONARY_PAGE', dictionary_page_header: { num_values: count, encoding: 'PLAIN' } },
  body: plainTexts(texts),
});

export function plainTexts(texts: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  for (const text of texts) {
    const bytes = Buffer.from(text);
    writer.appendUint32(bytes.length);
    writer.appendBytes(bytes);
  }
  return writer.getBytes();
}
