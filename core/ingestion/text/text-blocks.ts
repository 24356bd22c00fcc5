import { FileRejectedError } from '#core/record/record.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { gunzip } from './gunzip.ts';

/** Bytes by which a file is judged; the first piece of a text has as many, unless the text is shorter. */
const HEAD = 4_096;

/** What is cut into records at a time: so few that they are forgotten again while they are young. */
const STEP_BYTES = 65_536;

/** The bytes of a text file, unpacked, piece by piece. The range is one of uncompressed files only. */
export async function* textBlocks(
  source: ByteSource,
  gzip: boolean,
  start = 0,
  end = source.size,
): AsyncIterable<Uint8Array> {
  for await (const block of headFirst(source, gzip, start, end)) {
    for (let at = 0; at < block.length; at += STEP_BYTES) yield block.subarray(at, at + STEP_BYTES);
  }
}

async function* headFirst(source: ByteSource, gzip: boolean, start: number, end: number): AsyncIterable<Uint8Array> {
  let head: Uint8Array[] = [];
  let length = 0;
  for await (const block of gzip ? gunzip(source) : source.stream(start, end)) {
    if (length >= HEAD) {
      yield block;
      continue;
    }
    head.push(block);
    length += block.length;
    if (length < HEAD) continue;
    yield head.length === 1 ? block : Buffer.concat(head);
    head = [];
  }
  if (head.length > 0) yield Buffer.concat(head);
}

const MAGIC: readonly { readonly bytes: readonly number[]; readonly what: string; readonly advice: string }[] = [
  { bytes: [0x1f, 0x8b], what: 'gzip', advice: 'end its name in .gz' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'Parquet', advice: 'end its name in .parquet' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'zip or a spreadsheet', advice: 'save it as CSV, or pack it with gzip' },
  { bytes: [0xff, 0xfe], what: 'UTF-16', advice: 'save it as UTF-8' },
  { bytes: [0xfe, 0xff], what: 'UTF-16', advice: 'save it as UTF-8' },
];

/**
 * @param head the first piece of a text
 * @param gzip whether it was packed
 * @throws FileRejectedError when it is no text
 */
export function rejectBinary(head: Uint8Array, gzip: boolean): void {
  const known = MAGIC.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  if (known) {
    const { what } = known;
    const advice = gzip && what === 'gzip' ? 'pack it once only' : known.advice;
    throw new FileRejectedError({
      code: 'wrong-format',
      message: `The file does not have the format of its name: it is ${what}; ${advice}`,
      expected: 'text in UTF-8',
      found: what,
    });
  }
  if (hasManyZeros(head.subarray(0, HEAD))) {
    throw new FileRejectedError({
      code: 'wrong-format',
      message:
        'The file does not have the format of its name: it begins with many zero bytes, so it is not a text in UTF-8; save it as UTF-8',
      expected: 'text in UTF-8',
      found: 'binary data',
    });
  }
}

/** As binary data and UTF-16 have them; a few are the fault of a record. */
function hasManyZeros(head: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros * 20 > head.length;
}

/** @throws FileRejectedError when a file whose name ends in `.gz` does not begin as gzip does */
export async function rejectFalseGzip(source: ByteSource): Promise<void> {
  const head = await source.read(0, Math.min(2, source.size));
  if (head[0] === 0x1f && head[1] === 0x8b) return;
  throw new FileRejectedError({
    code: 'wrong-format',
    message: 'The name ends in .gz but the file is not gzip; pack it with gzip, or leave .gz out of the name',
    expected: 'gzip',
    found: 'something else',
  });
}
