import { type RowGroup, readOffsetIndex } from 'hyparquet';
import type { RangedSource } from '#core/ingestion/source/byte-source.ts';
import { columnRange } from './footer.ts';
import { attempt, expectThat } from './parse-error.ts';
import { skipStruct } from './thrift.ts';

/** Where a page begins in the file, and with which row of its row group. */
export interface PageStart {
  readonly offset: number;
  readonly firstRow: number;
}

const MAX_INDEX_BYTES = 16 * 1_048_576;

/** Where the pages of a column begin, if the file says so. @throws FileRejectedError when what it says can't be */
export async function pageStarts(
  file: RangedSource,
  chunk: RowGroup['columns'][number],
): Promise<readonly PageStart[] | undefined> {
  const [start, length] = [Number(chunk.offset_index_offset ?? 0), chunk.offset_index_length ?? 0];
  if (start <= 0 || length <= 0 || length > MAX_INDEX_BYTES || start + length > file.size) return undefined;
  const bytes = await file.read(start, start + length);
  return attempt(() => {
    skipStruct(bytes, 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const pages = readOffsetIndex({ view, offset: 0 }).page_locations.map(({ offset, first_row_index: row }) => ({
      offset: Number(offset),
      firstRow: Number(row),
    }));
    const range = columnRange(chunk);
    const isInOrder = pages.every(({ offset, firstRow }, i) => {
      const before = pages[i - 1];
      if (!before) return offset >= range.start && offset < range.end && firstRow === 0;
      return offset > before.offset && offset < range.end && firstRow >= before.firstRow;
    });
    expectThat(isInOrder, 'the index of its pages does not fit');
    return pages.length === 0 ? undefined : pages;
  });
}

/** The page that holds a row. @param row of the row group, from 0 */
export const pageOf = (pages: readonly PageStart[], row: number): PageStart =>
  pages.findLast(({ firstRow }) => firstRow <= row) ?? pages[0]!;
