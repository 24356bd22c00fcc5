import { FileRejectedError } from '#core/record/record.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { unpack } from './unpack.ts';

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
  for await (const block of gzip ? packedBlocks(source) : source.stream(start, end)) {
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

const GZIP = [0x1f, 0x8b] as const;
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd] as const;
const begins = (head: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => head[i] === byte);

/** Frames of zstd that hold nothing, as tools put before or between the others. */
const isSkippable = (head: Uint8Array): boolean =>
  (head[0]! & 0xf0) === 0x50 && begins(head.subarray(1), [0x2a, 0x4d, 0x18]);

/** @returns which of the two a packed file is; undefined when it is neither */
async function packingOf(source: ByteSource): Promise<'gzip' | 'zstd' | undefined> {
  const head = await source.read(0, Math.min(4, source.size));
  if (begins(head, GZIP)) return 'gzip';
  return begins(head, ZSTD) || isSkippable(head) ? 'zstd' : undefined;
}

/** The contents of a packed file, whichever of the two it is. */
export async function* packedBlocks(source: ByteSource): AsyncIterable<Uint8Array> {
  yield* unpack(source, (await packingOf(source)) ?? 'gzip');
}

/** @throws FileRejectedError when a file whose name ends in `.gz` or `.zst` begins as neither does */
export async function rejectFalseGzip(source: ByteSource): Promise<void> {
  const named = /\.zst$/i.test(source.name) ? 'zstd' : 'gzip';
  const suffix = named === 'zstd' ? '.zst' : '.gz';
  const packing = await packingOf(source);
  if (packing === named) return;
  throw new FileRejectedError({
    code: 'wrong-format',
    message: packing
      ? `The name ends in ${suffix} but the file is ${packing}; end it in ${packing === 'zstd' ? '.zst' : '.gz'}`
      : `The name ends in ${suffix} but the file is not ${named}; pack it with ${named}, or leave ${suffix} out of the name`,
    expected: named,
    found: packing ?? 'something else',
  });
}
