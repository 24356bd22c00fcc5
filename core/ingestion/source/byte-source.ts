/** Where the bytes of a file come from; the core itself opens nothing. Errors are trouble of the place, not of the file. */
export interface ByteSource {
  /** Goes into the position of every record, e.g. the key of the file. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same, piece by piece; from the first byte and to the last unless said otherwise. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** Of a file what is read in ranges. */
export type RangedSource = Pick<ByteSource, 'name' | 'size' | 'read'>;

const BLOCK = 65_536;

/** A file that is in memory. @param block bytes that are streamed at a time */
export function bytesSource(name: string, bytes: Uint8Array, block = BLOCK): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
    async *stream(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += block) yield bytes.subarray(at, Math.min(end, at + block));
    },
  };
}
