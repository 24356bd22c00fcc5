import { gunzipSync, type Zlib, zstdDecompressSync } from 'node:zlib';
import type { Rejection } from '#core/record/record.ts';

/** A Kinesis record unpacks to at most this, all that is packed in it together: a bomb is given up on there. */
export const MAX_UNPACKED_BYTES = 10 * 1_048_576;

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);

/**
 * The contents of what is packed with gzip or zstd, by its first bytes; other bytes are returned as they are.
 * @param limit bytes that it may unpack to
 */
export function unpack(bytes: Uint8Array, limit: number): Uint8Array | Rejection {
  const kind = begins(bytes, GZIP) ? 'gzip' : begins(bytes, ZSTD) ? 'zstd' : undefined;
  if (kind === undefined) return bytes;
  const texts: Uint8Array[] = [];
  let left = limit;
  try {
    // Of several frames of zstd one after the other, each call reads one; of gzip it reads all.
    for (let at = 0; at < bytes.length; ) {
      const { text, read } = unpackOnce(kind, bytes.subarray(at), left);
      texts.push(text);
      left -= text.length;
      at += read;
    }
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LARGE : damaged(kind);
  }
  return texts.length === 1 ? texts[0]! : Buffer.concat(texts);
}

/** @throws Error where nothing can be read */
function unpackOnce(kind: 'gzip' | 'zstd', bytes: Uint8Array, limit: number): { text: Uint8Array; read: number } {
  // Zero means "no limit" to zlib.
  const options = { maxOutputLength: Math.max(1, limit), info: true } as const;
  const unpacked = kind === 'gzip' ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
  const { buffer, engine } = unpacked as unknown as { buffer: Uint8Array; engine: Zlib };
  return { text: buffer, read: engine.bytesWritten };
}

/** Whether something is a reason instead of what was asked for. */
export const isRejection = (value: object): value is Rejection => 'code' in value;

const TOO_LARGE: Rejection = {
  code: 'too-large',
  message: 'The Kinesis record unpacks to more than is allowed; put less into one record',
  expected: `at most ${MAX_UNPACKED_BYTES} bytes, unpacked`,
  found: 'more',
};

const damaged = (kind: 'gzip' | 'zstd'): Rejection => ({
  code: 'malformed',
  message: `The record is packed with ${kind}, but it is cut off or damaged, or something follows it; send it again`,
  expected: `one or several whole members of ${kind}`,
  found: `bytes that look like ${kind} that is cut off`,
});
