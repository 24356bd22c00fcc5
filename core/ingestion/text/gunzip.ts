import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { FileRejectedError } from '#core/record/record.ts';

/** A gzip is unpacked in one go, at 70 MB/s and more: twice as much would not fit into the time of a function. */
const MAX_GUNZIPPED_BYTES = 32 * 1024 ** 3;
/** Records compress 5 to 50 times; gzip's limit, which bombs come near, is 1,032. */
export const MAX_GZIP_RATIO = 250;
/** Below this many bytes no ratio is too good. */
const SMALL = 16 * 1024 ** 2;

/** Bytes given to zlib at a time; when they turn out to be corrupt, what they held is lost. */
const STEP_BYTES = 4_096;
const HIGH_WATER = 256 * 1024;

/**
 * The contents of a gzip file, piece by piece.
 * @throws FileRejectedError after the last readable piece: `corrupt-file`, also for a zip bomb
 */
export async function* gunzip(source: ByteSource): AsyncIterable<Uint8Array> {
  const unpacker = createGunzip({ chunkSize: 65_536 });
  const blocks: Uint8Array[] = [];
  let waiting = 0;
  let failure: unknown;
  let done = false;
  let wake = (): void => {};
  // Not `for await (… of unpacker)`: that drops the pieces that were read before an error.
  unpacker.on('data', (block: Uint8Array) => {
    blocks.push(block);
    waiting += block.length;
    if (waiting > HIGH_WATER) unpacker.pause();
    wake();
  });
  unpacker.on('error', (error) => {
    failure = error;
    wake();
  });
  unpacker.on('close', () => {
    done = true;
    wake();
  });
  const ingesting = ingestData(source, unpacker);
  let produced = 0;
  try {
    while (true) {
      const block = blocks.shift();
      if (block) {
        waiting -= block.length;
        produced += block.length;
        rejectBomb(produced, unpacker.bytesWritten);
        yield block;
      } else if (done) break;
      else {
        unpacker.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (failure !== undefined) throw isZlibError(failure) ? corrupt() : failure;
    await rejectRest(source, unpacker.bytesWritten);
  } finally {
    unpacker.destroy();
    await ingesting;
  }
}

async function ingestData(source: ByteSource, unpacker: Gunzip): Promise<void> {
  try {
    for await (const block of source.stream()) {
      for (let at = 0; at < block.length; at += STEP_BYTES) {
        if (unpacker.destroyed) return;
        if (!unpacker.write(block.subarray(at, at + STEP_BYTES))) await drained(unpacker);
      }
    }
    unpacker.end();
  } catch (error) {
    unpacker.destroy(error as Error);
  }
}

function drained(unpacker: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      unpacker.off('drain', goOn);
      unpacker.off('close', goOn);
      resolve();
    };
    unpacker.on('drain', goOn);
    unpacker.on('close', goOn);
    if (unpacker.destroyed) goOn();
  });
}

function rejectBomb(produced: number, consumed: number): void {
  if (produced <= MAX_GUNZIPPED_BYTES && (produced <= SMALL || produced <= MAX_GZIP_RATIO * consumed)) return;
  throw new FileRejectedError({
    code: 'corrupt-file',
    message:
      'The gzip unpacks to more than is allowed; split the file into smaller ones, or send it without gzip so that it can be read in parallel',
    expected: `at most ${MAX_GUNZIPPED_BYTES} bytes and ${MAX_GZIP_RATIO} times the size of the file`,
    found: `${produced} bytes and more`,
  });
}

/** zlib ends where a member ends and no other begins; tapes fill up with zeros, but nothing else may follow. */
async function rejectRest(source: ByteSource, end: number): Promise<void> {
  if (end >= source.size) return;
  for await (const block of source.stream(end)) if (block.some((byte) => byte !== 0)) throw corrupt();
}

/** The last one: what follows the end of a member is a member again, but only after zlib had taken it for the end. */
const isZlibError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  (error.code.startsWith('Z_') || error.code === 'ERR_STREAM_PUSH_AFTER_EOF');

const corrupt = (): FileRejectedError =>
  new FileRejectedError({
    code: 'corrupt-file',
    message:
      'The gzip is damaged or cut off, or something else follows it; upload the file again. The records before that were read',
  });
