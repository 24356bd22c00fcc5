import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { FileRejectedError } from '#core/record/record.ts';

type Packing = 'gzip' | 'zstd';
type Unpacker = Gunzip | ZstdDecompress;

/** A packed file is unpacked in one go, at 70 MB/s and more: twice as much would not fit into the time of a function. */
const MAX_GUNZIPPED_BYTES = 32 * 1024 ** 3;
/** Records compress 5 to 50 times; gzip's limit, which bombs come near, is 1,032, and zstd has none. */
export const MAX_GZIP_RATIO = 250;
/** Below this many bytes no ratio is too good. */
const SMALL = 16 * 1024 ** 2;

/** Bytes given to zlib at a time; when they turn out to be corrupt, what they held is lost. */
const STEP_BYTES = 4_096;
const HIGH_WATER = 256 * 1024;

/** Frames of zstd in one file; each is begun anew. Tools that write several make them of megabytes. */
const MAX_FRAMES = 65_536;

/**
 * The contents of a packed file, piece by piece. Several members of gzip, or frames of zstd, are one text.
 * @throws FileRejectedError after the last readable piece: `corrupt-file`, also for a zip bomb
 */
export async function* unpack(source: ByteSource, packing: Packing): AsyncIterable<Uint8Array> {
  const feed = new Feed(source);
  const done = { consumed: 0, produced: 0 };
  if (packing === 'gzip') {
    // zlib goes on with the next member by itself.
    yield* unpackMember(feed, packing, done);
    await rejectRest(source, packing, done.consumed);
    return;
  }
  for (let frames = 0; frames === 0 || done.consumed < source.size; frames++) {
    const head = await feed.peek();
    if (frames > 0 && (head.length < 4 || head[1] !== 0xb5) && head[1] !== 0x2a) {
      await rejectRest(source, packing, done.consumed);
      return;
    }
    if (frames === MAX_FRAMES) throw tooManyFrames();
    yield* unpackMember(feed, packing, done);
  }
}

/** The bytes of a file in steps; what was given out and not taken can be given back. */
class Feed {
  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array(0);
  #given: Uint8Array[] = [];

  constructor(source: ByteSource) {
    this.#blocks = source.stream()[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined;
    const step = this.#block.subarray(0, STEP_BYTES);
    this.#block = this.#block.subarray(step.length);
    this.#given.push(step);
    // No stream holds more than these.
    if (this.#given.length > MAX_STEPS) this.#given.shift();
    return step;
  }

  /** The bytes that come next, some of them. */
  async peek(): Promise<Uint8Array> {
    await this.#fill();
    return this.#block;
  }

  /** @param bytes of the last ones */
  giveBack(bytes: number): void {
    if (bytes <= 0) return;
    const given = Buffer.concat(this.#given);
    this.#block = Buffer.concat([given.subarray(given.length - bytes), this.#block]);
    this.#given = [];
  }

  async #fill(): Promise<boolean> {
    while (this.#block.length === 0) {
      const { done, value } = await this.#blocks.next();
      if (done) return false;
      this.#block = value;
    }
    return true;
  }
}
const MAX_STEPS = 64;

async function* unpackMember(
  feed: Feed,
  packing: Packing,
  done: { consumed: number; produced: number },
): AsyncIterable<Uint8Array> {
  const unpacker: Unpacker = (packing === 'gzip' ? createGunzip : createZstdDecompress)({ chunkSize: 65_536 });
  const blocks: Uint8Array[] = [];
  let waiting = 0;
  let failure: unknown;
  let isClosed = false;
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
    isClosed = true;
    wake();
  });
  const ingesting = ingestData(feed, unpacker);
  try {
    while (true) {
      const block = blocks.shift();
      if (block) {
        waiting -= block.length;
        done.produced += block.length;
        rejectBomb(packing, done.produced, done.consumed + unpacker.bytesWritten);
        yield block;
      } else if (isClosed) break;
      else {
        unpacker.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (failure !== undefined) throw isZlibError(failure) ? corrupt(packing) : failure;
  } finally {
    unpacker.destroy();
    const fed = await ingesting;
    done.consumed += unpacker.bytesWritten;
    feed.giveBack(fed - unpacker.bytesWritten);
  }
}

/** @returns how many bytes were given to the unpacker */
async function ingestData(feed: Feed, unpacker: Unpacker): Promise<number> {
  let fed = 0;
  try {
    while (!unpacker.destroyed) {
      const step = await feed.next();
      if (!step) {
        unpacker.end();
        break;
      }
      fed += step.length;
      if (!unpacker.write(step)) await drained(unpacker);
    }
  } catch (error) {
    unpacker.destroy(error as Error);
  }
  return fed;
}

function drained(unpacker: Unpacker): Promise<void> {
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

function rejectBomb(packing: Packing, produced: number, consumed: number): void {
  if (produced <= MAX_GUNZIPPED_BYTES && (produced <= SMALL || produced <= MAX_GZIP_RATIO * consumed)) return;
  throw new FileRejectedError({
    code: 'corrupt-file',
    message: `The ${packing} unpacks to more than is allowed; split the file into smaller ones, or send it without ${packing} so that it can be read in parallel`,
    expected: `at most ${MAX_GUNZIPPED_BYTES} bytes and ${MAX_GZIP_RATIO} times the size of the file`,
    found: `${produced} bytes and more`,
  });
}

/** zlib ends where a member ends and no other begins; tapes fill up with zeros, but nothing else may follow. */
async function rejectRest(source: ByteSource, packing: Packing, end: number): Promise<void> {
  if (end >= source.size) return;
  for await (const block of source.stream(end)) if (block.some((byte) => byte !== 0)) throw corrupt(packing);
}

/** The last one: what follows the end of a member is a member again, but only after zlib had taken it for the end. */
const isZlibError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  (/^Z_|^ZSTD_/.test(error.code) || error.code === 'ERR_STREAM_PUSH_AFTER_EOF');

const corrupt = (packing: Packing): FileRejectedError =>
  new FileRejectedError({
    code: 'corrupt-file',
    message: `The ${packing} is damaged or cut off, or something else follows it; upload the file again. The records before that were read`,
  });

const tooManyFrames = (): FileRejectedError =>
  new FileRejectedError({
    code: 'corrupt-file',
    message: 'The zstd has too many frames; pack the file anew, as one',
    expected: `at most ${MAX_FRAMES} frames`,
    found: 'more',
  });
