import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec, Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expectThat } from './parse-error.ts';

/** How the pages of a column are packed. */
export type Codec = CompressionCodec;

type Unpack = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const bounded =
  (unpack: Unpack) =>
  (input: Uint8Array, length: number): Uint8Array =>
    unpack(input, { maxOutputLength: Math.max(1, length) });

/** None of them gives more than the page says it holds, whatever is packed in it; how much that may be is checked before. */
const DECOMPRESSORS: Compressors = {
  ...compressors,
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
};

/** Unpacks bytes that are so many unpacked. @throws Error when they are not, or can't be unpacked */
export function unpack(bytes: Uint8Array, length: number, codec: Codec): Buffer {
  if (length === 0) return Buffer.alloc(0);
  const decompress = DECOMPRESSORS[codec];
  expectThat(codec === 'UNCOMPRESSED' || decompress !== undefined, 'a column is packed in a way that nobody knows');
  const unpacked = codec === 'UNCOMPRESSED' ? bytes : decompress!(bytes, length);
  expectThat(unpacked.length === length, 'a page has not the length it says');
  return Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.length);
}
