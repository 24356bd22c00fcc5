import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { expectThat } from './parquet-flaw.ts';
import { integerAt, skipInteger } from './parquet-thrift.ts';

const LARGEST_BLOCK = 1_048_576;
const MOST_MINIBLOCKS = 4_096;

/**
 * Delta encodings, before they are decoded: blocks are not absurdly large, and texts that begin like the one before
 * them do so for as long as that one is.
 * @param count how many values that are not null the page has
 * @param most bytes that the values may have together
 * @throws ParquetFlaw
 */
export function checkDelta(page: Uint8Array, at: number, encoding: string, count: number, most: number): void {
  if (count === 0) return;
  checkBlocks(page, at);
  if (encoding !== 'DELTA_BYTE_ARRAY') return;
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  const prefixes = new Int32Array(count);
  deltaBinaryUnpack(reader, count, prefixes);
  checkBlocks(page, reader.offset);
  const suffixes = new Int32Array(count);
  deltaBinaryUnpack(reader, count, suffixes);
  let previous = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i]!;
    const suffix = suffixes[i]!;
    expectThat(prefix >= 0 && prefix <= previous && suffix >= 0, 'a text is longer than the one it begins like');
    previous = prefix + suffix;
    total += previous;
    expectThat(total <= most, 'its pages unpack to more than a row group may hold');
  }
}

function checkBlocks(page: Uint8Array, at: number): void {
  const size = integerAt(page, at);
  const miniblocks = integerAt(page, skipInteger(page, at));
  expectThat(
    size <= LARGEST_BLOCK && miniblocks >= 1 && miniblocks <= MOST_MINIBLOCKS && size % miniblocks === 0,
    'a block of differences has no valid size',
  );
}
