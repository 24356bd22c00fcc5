import type { RowGroup } from 'hyparquet';
import { bytesSource, type RangedSource } from '#core/ingestion/source/byte-source.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { Budget } from './budget.ts';
import { Column } from './column.ts';
import { columnRange, rangeOf } from './footer.ts';
import { pageOf, pageStarts } from './offset-index.ts';
import { asRejection, attempt, expectThat } from './parse-error.ts';
import { type BuiltRow, type NullFields, rowReader } from './rows.ts';
import { type ParquetSchema, pathOf } from './schema.ts';
import { ByteWindow } from './window.ts';

/** A row group that is not larger is read with one request. */
const SMALL_GROUP = 16 * 1_048_576;
/** Of all columns together, as they are read piece by piece; as much again is on its way. */
const WINDOWS = 32 * 1_048_576;
const MIN_WINDOW = 32_768;
const MAX_WINDOW = 4 * 1_048_576;
const READ_CONCURRENCY = 8;

export interface RowRange {
  /** Rows of the row group to pass over. */
  readonly skip: number;
  readonly rows: number;
}

/** Rows that are put together at a time: so few that they are forgotten again while they are young. */
const MAX_ROWS = 500;

/**
 * The rows of a row group, or of a part of it, some at a time. Whatever its size, only the current page of each
 * column is held, and of that only as many values as belong to the next rows are decoded.
 * @throws FileRejectedError after the rows that could be read; what the place of the file throws
 */
export async function* readRows(
  file: RangedSource,
  schema: ParquetSchema,
  group: RowGroup,
  range: RowRange,
  nulls?: NullFields,
): AsyncIterable<readonly BuiltRow[]> {
  const { skip, rows } = range;
  if (rows === 0) return;
  const columns = await openColumns(file, schema, group, range);
  const next = rowReader(schema.fields, columns, nulls);
  for (let left = rows; left > 0; ) {
    const empty = columns.filter((column) => column.rows === 0);
    await mapWithConcurrency(empty, READ_CONCURRENCY, (column) => column.fill());
    const some = Math.min(left, MAX_ROWS, ...columns.map((column) => column.rows));
    const built: BuiltRow[] = [];
    let parseError: unknown;
    try {
      while (built.length < some) built.push(next());
    } catch (error) {
      parseError = error;
    }
    if (built.length > 0) yield built;
    if (parseError !== undefined) throw asRejection(parseError);
    left -= some;
  }
  if (skip + rows === Number(group.num_rows))
    attempt(() => {
      for (const column of columns) column.expectEnd();
    });
}

async function openColumns(
  file: RangedSource,
  schema: ParquetSchema,
  group: RowGroup,
  { skip, rows }: RowRange,
): Promise<readonly Column[]> {
  const { start, end } = rangeOf(group);
  const isWhole = rows === Number(group.num_rows);
  const isSmall = isWhole && end - start <= SMALL_GROUP;
  const source = isSmall ? await partOf(file, start, end) : file;
  const size = isSmall ? end - start : windowSize(group.columns.length);
  const chunks = attempt(() => chunksOf(schema, group));
  const budget = new Budget();
  const columns: Column[] = [];
  await mapWithConcurrency(schema.leaves.entries(), READ_CONCURRENCY, async ([i, leaf]) => {
    const chunk = chunks[i]!;
    const pages = isWhole ? undefined : await pageStarts(file, chunk);
    const range = columnRange(chunk);
    // Of a part, nothing is read that lies behind it.
    const last = pages?.find(({ firstRow }) => firstRow >= skip + rows)?.offset ?? range.end;
    const few = pages ? Math.max(MIN_WINDOW, last - pageOf(pages, skip).offset) : size;
    const window = new ByteWindow(source, range.start, last, Math.min(size, few));
    columns[i] = new Column(leaf, chunk, range.start, window, budget);
    await columns[i].skip(skip, pages);
  });
  return columns;
}

const windowSize = (columns: number): number =>
  Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, Math.floor(WINDOWS / columns)));

/** A part of a file, read at once, with the offsets it has in the file. */
async function partOf(file: RangedSource, start: number, end: number): Promise<RangedSource> {
  const part = bytesSource(file.name, await file.read(start, end));
  return { ...part, size: file.size, read: (from, to) => part.read(from - start, to - start) };
}

/** The columns of a row group in the order of the schema. */
function chunksOf({ leaves }: ParquetSchema, group: RowGroup): RowGroup['columns'] {
  const byPath = new Map(group.columns.map((chunk) => [pathOf(chunk.meta_data!.path_in_schema), chunk]));
  return leaves.map((leaf) => {
    const chunk = byPath.get(leaf.path);
    expectThat(chunk !== undefined, 'a row group has not all columns');
    const { type, num_values: values } = chunk.meta_data!;
    expectThat(type === leaf.type, 'a column is of another type than the schema says');
    expectThat(leaf.repetition > 0 || values === group.num_rows, 'a column has not a value for every row');
    return chunk;
  });
}
