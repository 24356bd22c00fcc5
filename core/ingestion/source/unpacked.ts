import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * A gzip can only be read from its beginning. What is to be read by many at once is unpacked and laid down in pieces of
 * one size, each by itself packed again, so that every range can be had from the pieces that it touches.
 */
export interface Unpacked {
  /** Of the keys of the pieces. */
  readonly prefix: string;
  /** Bytes of all pieces, unpacked. */
  readonly size: number;
  /** Bytes of each piece but the last one. */
  readonly blockBytes: number;
}

/** The pieces are gone: they are kept only as long as their batch is worked on. */
export class BlocksGoneError extends Error {
  override readonly name = 'PiecesGoneError';
}

/** Pieces that are on their way at a time. */
const CONCURRENCY = 4;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Pieces of another size are others: those of a version before this one are never taken for them. */
const keyOf = (prefix: string, blockBytes: number, block: number): string =>
  `${prefix}${blockBytes}-${String(block).padStart(6, '0')}.zst`;

/** Lays an unpacked text down in pieces, while it comes. The same text gives the same pieces, however often. */
export class UnpackedWriter {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #blockBytes: number;
  readonly #heldBytes: number;
  /** Packed pieces that wait until it is sure that they are needed. */
  #held: { readonly key: string; readonly body: Uint8Array }[] = [];
  #sending: Promise<void>[] = [];
  #buffer: Uint8Array;
  #filled = 0;
  #blocks = 0;

  /** @param heldBytes so much is held before anything is written: a text that is not larger may need no pieces */
  constructor(store: ObjectStore, prefix: string, blockBytes: number, heldBytes: number) {
    this.#store = store;
    this.#prefix = prefix;
    this.#blockBytes = blockBytes;
    this.#heldBytes = heldBytes;
    this.#buffer = new Uint8Array(blockBytes);
  }

  get size(): number {
    return this.#blocks * this.#blockBytes + this.#filled;
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#blockBytes - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#blockBytes) this.#finishBlock();
    }
    if (this.size > this.#heldBytes) await this.#send();
  }

  /** Lays down what is left. A text that turned out to need no pieces is just let go. @returns where the pieces are */
  async end(): Promise<Unpacked> {
    const { size } = this;
    if (this.#filled > 0) this.#finishBlock();
    await this.#send();
    await Promise.all(this.#sending);
    return { prefix: this.#prefix, size, blockBytes: this.#blockBytes };
  }

  #finishBlock(): void {
    const body = zstdCompressSync(this.#buffer.subarray(0, this.#filled), FAST);
    this.#held.push({ key: keyOf(this.#prefix, this.#blockBytes, this.#blocks), body });
    this.#blocks++;
    this.#filled = 0;
  }

  async #send(): Promise<void> {
    for (const { key, body } of this.#held) {
      if (this.#sending.length >= CONCURRENCY) await this.#sending.shift();
      const sending = this.#store.put(key, body);
      // Whether it failed is asked when it is waited for.
      sending.catch(() => {});
      this.#sending.push(sending);
    }
    this.#held = [];
  }
}

/**
 * The unpacked text as a file of its own.
 * @param name of the file that it was unpacked from: what is found in it is found there
 * @throws PiecesGoneError when it is read
 */
export function unpackedSource(store: ObjectStore, name: string, { prefix, size, blockBytes }: Unpacked): ByteSource {
  async function* stream(start = 0, end = size): AsyncIterable<Uint8Array> {
    for (let at = start; at < end; ) {
      const block = Math.floor(at / blockBytes);
      const packed = await store.get(keyOf(prefix, blockBytes, block));
      if (!packed) throw new BlocksGoneError(`Block ${block} of a decompressed file is gone; upload the file again`);
      const from = block * blockBytes;
      const bytes = zstdDecompressSync(packed, { maxOutputLength: blockBytes });
      yield bytes.subarray(at - from, end - from);
      at = from + blockBytes;
    }
  }
  return { name, size, stream, read: async (start, end) => Buffer.concat(await Array.fromAsync(stream(start, end))) };
}
