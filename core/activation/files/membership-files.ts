import { identityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
import type { ExportFile } from './export-file.ts';
import { fileName } from './file-name.ts';
import { type FileRow, isBetter } from './pending.ts';
import { type Cells, type FileFormat, type RowWriter, rowWriter } from './row-format.ts';
import { TIME_COLUMN } from './time-column.ts';

export interface FileLimits {
  readonly rows: number;
  /** Characters in front of which a file is split as well: it is made in memory. */
  readonly characters: number;
}

/** aep.md §6.3 */
const LIMITS: FileLimits = { rows: 5_000_000, characters: 256_000_000 };

/** What is in the files of a destination. */
export interface FileContents extends FileFormat {
  /** Of the destination: the folder. */
  readonly id: string;
  /** A row for each identity of this namespace, in a column of its own; without it a row for each person. */
  readonly identity?: string | undefined;
  /** Whether exits are told: only where the status is a column (aep.md §6.3). */
  readonly status: boolean;
  /** Columns, by path. */
  readonly attributes: readonly string[];
  /** Rows that agree in all of these are one. */
  readonly keyAttributes: readonly string[];
  /** See `file-name.ts`. */
  readonly fileName: string;
  /** Segments that have a file even if nobody is in it. */
  readonly always: readonly string[];
}

/**
 * The files of a destination, one for each segment (aep.md §6.3).
 * @param rows the latest of each identity and segment
 * @param slot epoch ms of the export; gives the file its name
 */
export function membershipFiles(
  contents: FileContents,
  rows: readonly FileRow[],
  slot: number,
  limits: FileLimits = LIMITS,
): { files: ExportFile[]; invalid: string[] } {
  const invalid: string[] = [];
  const writer = rowWriter(contents, [
    ...(contents.identity === undefined ? [] : ['identity']),
    ...(contents.status ? ['segmentMembership.status'] : []),
    TIME_COLUMN,
    ...contents.attributes,
  ]);
  const own = rows.filter((row) => isOwn(row, contents) && (contents.status || row.status === 'realized'));
  const bySegment = groupBy(own, ({ segmentId }) => segmentId);
  const segments = [...new Set([...bySegment.keys(), ...contents.always])].sort();
  const files = segments.flatMap((segmentId) => {
    const members = deduplicated(bySegment.get(segmentId) ?? [], contents, invalid);
    if (members.length === 0 && !contents.always.includes(segmentId)) return [];
    const name = `${contents.id}/${fileName(contents.fileName, contents.id, segmentId, slot)}`;
    const written = members.map((row) => writer.row(cells(row, contents)));
    return split(written, writer, limits).map((part, index): ExportFile => {
      const key = `${name}${index === 0 ? '' : `_${index + 1}`}${writer.ending}`;
      // Not spread: a file of Parquet is made readable only where somebody looks.
      return Object.assign(writer.file(part), { key, contentType: writer.contentType, rows: part.length });
    });
  });
  return { files, invalid };
}

/** Of what was told about several identities together, a file of people takes the row of the first. */
const isOwn = ({ identity, first }: FileRow, contents: FileContents): boolean =>
  contents.identity === undefined ? identityKey(identity) === first : identity.namespace === contents.identity;

/** One row for each value of the key, the latest qualification; rows without a value cannot be told apart. */
function deduplicated(rows: readonly FileRow[], { keyAttributes, identity }: FileContents, invalid: string[]) {
  const isKeyed = keyAttributes.length > 0;
  const best = new Map<string, FileRow>();
  for (const row of rows) {
    const values = keyAttributes.map((path) => own(row.attributes, path));
    if (isKeyed && values.some((value) => value === undefined || value === null || value === '')) {
      invalid.push('missingDeduplicationKey');
      continue;
    }
    // A person who is gone has no attributes left, and a row without identity would name nobody.
    if (!isKeyed && identity === undefined && Object.keys(row.attributes).length === 0) {
      invalid.push('noAttributes');
      continue;
    }
    const key = isKeyed ? JSON.stringify(values) : identityKey(row.identity);
    const known = best.get(key);
    if (!known || isBetter(row, known)) best.set(key, row);
  }
  return [...best.values()];
}

const own = (attributes: FileRow['attributes'], path: string): unknown =>
  Object.hasOwn(attributes, path) ? attributes[path] : undefined;

function split(rows: readonly unknown[], { size }: RowWriter, limits: FileLimits): unknown[][] {
  const parts: unknown[][] = [[]];
  let characters = 0;
  for (const next of rows) {
    const last = parts.at(-1)!;
    const fits = last.length < limits.rows && characters + size(next) <= limits.characters;
    if (fits || last.length === 0) {
      last.push(next);
      characters += size(next);
    } else {
      parts.push([next]);
      characters = size(next);
    }
  }
  return parts;
}

const cells = (row: FileRow, { identity, status, attributes }: FileContents): Cells => [
  ...(identity === undefined ? [] : [row.identity.value]),
  ...(status ? [row.status] : []),
  new Date(row.lastQualificationTime),
  ...attributes.map((path) => own(row.attributes, path)),
];
