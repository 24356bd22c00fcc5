import { FileRefusedError } from './record.ts';

/** A file that unpacks to more than this many times its size, and is large, is made to exhaust whoever opens it. */
const MOST_TIMES = 250;
const ALWAYS_ALLOWED = 64 * 1_048_576;

/** Unpacks gzip as it comes. @throws FileRefusedError where it is broken, or a bomb */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let read = 0;
  let written = 0;
  const counted = async function* (): AsyncIterable<Uint8Array<ArrayBuffer>> {
    for await (const piece of packed) {
      read += piece.length;
      yield new Uint8Array(piece);
    }
  };
  const unpacked = ReadableStream.from(counted()).pipeThrough(new DecompressionStream('gzip'));
  try {
    for await (const piece of unpacked) {
      written += piece.length;
      if (written > ALWAYS_ALLOWED && written > read * MOST_TIMES) throw bomb();
      yield piece;
    }
  } catch (error) {
    if (error instanceof FileRefusedError) throw error;
    if (error instanceof TypeError || (error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw broken();
    throw error;
  }
}

const broken = (): FileRefusedError =>
  new FileRefusedError({
    code: 'corrupt-file',
    message: 'The gzip is damaged or ends too early; what came before the damage was read. Upload the file again',
    expected: 'a whole gzip file',
  });

const bomb = (): FileRefusedError =>
  new FileRefusedError({
    code: 'corrupt-file',
    message: `The file unpacks to more than ${MOST_TIMES} times its size; upload it unpacked if that is right`,
    expected: `at most ${MOST_TIMES} times the packed size`,
  });
