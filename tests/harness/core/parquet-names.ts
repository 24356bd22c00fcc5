import type { CompressionCodec, ConvertedType, Encoding, FieldRepetitionType, ParquetType } from 'hyparquet';

// Enumerations of the Parquet format (parquet.thrift), each name at its number.

export const PARQUET_TYPES: readonly ParquetType[] = [
  ...(['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const),
];
export const REPETITIONS: readonly FieldRepetitionType[] = ['REQUIRED', 'OPTIONAL', 'REPEATED'];
export const ENCODINGS: readonly Encoding[] = [
  ...(['PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED'] as const),
  ...(['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'] as const),
];
export const CODECS: readonly CompressionCodec[] = [
  ...(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const),
];
export const CONVERTED_TYPES: readonly ConvertedType[] = [
  ...(['UTF8', 'MAP', 'MAP_KEY_VALUE', 'LIST', 'ENUM', 'DECIMAL', 'DATE', 'TIME_MILLIS', 'TIME_MICROS'] as const),
  ...(['TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS', 'UINT_8', 'UINT_16', 'UINT_32', 'UINT_64', 'INT_8'] as const),
  ...(['INT_16', 'INT_32', 'INT_64', 'JSON', 'BSON', 'INTERVAL'] as const),
];
