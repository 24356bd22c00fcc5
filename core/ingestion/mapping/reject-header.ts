import { FileRejectedError } from '#core/record/record.ts';
import type { ChunkList } from '../batch/list-chunks.ts';
import type { MappingRule } from './definition.ts';

/** Of the columns that a mapping reads, so many are told. */
const MAX_NAMES = 20;

/**
 * A column that a file lacks is as an empty cell of every row. One that has none of those the mapping reads is a file of
 * another kind, or its header is missing: its rows would all be accepted as next to nothing (aep.md §2.3, wrong header).
 * @throws FileRejectedError `invalid-header`; the names that were found are not told, they may be a person's data
 */
export function rejectForeignHeader({ format, chunks }: ChunkList, mapping: readonly MappingRule[] = []): void {
  const header = chunks[0]?.header;
  const columns = [...new Set(mapping.flatMap(({ source }) => (source === undefined ? [] : [source])))];
  if (format !== 'csv' || header === undefined || columns.length === 0) return;
  if (columns.some((name) => header.includes(name))) return;
  const more = columns.length > MAX_NAMES ? ', …' : '';
  throw new FileRejectedError({
    code: 'invalid-header',
    message:
      'The first line has none of the columns that the mapping of the dataset reads; perhaps it is no header, or the ' +
      'names are written otherwise',
    expected: `columns such as ${columns.slice(0, MAX_NAMES).join(', ')}${more}`,
    found: `${header.length} other columns`,
  });
}
