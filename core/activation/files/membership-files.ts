import { lowerCaseCodes } from '#core/activation/identity-map.ts';
import { identityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
import { csvLine } from './csv.ts';
import type { ExportFile } from './export-file.ts';
import { fileName } from './file-name.ts';
import { type FileRow, isBetter } from './pending.ts';

export interface CsvLimits {
  readonly rows: number;
  /** Characters in front of which a file is split as well: it is made in memory. */
  readonly characters: number;
}

/** aep.md §6.3 */
const LIMITS: CsvLimits = { rows: 5_000_000, characters: 256_000_000 };

/** What is in the files of a destination. */
export interface FileContents {
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
 * The CSV files of a destination, one for each segment (aep.md §6.3).
 * @param rows the latest of each identity and segment
 * @param slot epoch ms of the export; gives the file its name
 */
export function membershipFiles(
  contents: FileContents,
  rows: readonly FileRow[],
  slot: number,
  limits: CsvLimits = LIMITS,
): { files: ExportFile[]; invalid: string[] } {
  const invalid: string[] = [];
  const header = csvLine([
    ...(contents.identity === undefined ? [] : ['identity']),
    ...(contents.status ? ['segmentMembership.status'] : []),
    'lastQualificationTime',
    ...contents.attributes,
  ]);
  const own = rows.filter((row) => isOwn(row, contents) && (contents.status || row.status === 'realized'));
  const bySegment = groupBy(own, ({ segmentId }) => segmentId);
  const segments = [...new Set([...bySegment.keys(), ...contents.always])].sort();
  const files = segments.flatMap((segmentId) => {
    const members = deduplicated(bySegment.get(segmentId) ?? [], contents, invalid);
    if (members.length === 0 && !contents.always.includes(segmentId)) return [];
    const name = `${contents.id}/${fileName(contents.fileName, contents.id, segmentId, slot)}`;
    const lines = members.map((row) => line(row, contents));
    return split(lines, limits).map((part, index) => ({
      key: `${name}${index === 0 ? '' : `_${index + 1}`}.csv`,
      body: header + part.join(''),
      contentType: 'text/csv; charset=utf-8',
      rows: part.length,
    }));
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

function split(lines: readonly string[], limits: CsvLimits): string[][] {
  const parts: string[][] = [[]];
  let characters = 0;
  for (const next of lines) {
    const last = parts.at(-1)!;
    const fits = last.length < limits.rows && characters + next.length <= limits.characters;
    if (fits || last.length === 0) {
      last.push(next);
      characters += next.length;
    } else {
      parts.push([next]);
      characters = next.length;
    }
  }
  return parts;
}

const line = (row: FileRow, { identity, status, attributes }: FileContents): string =>
  csvLine([
    ...(identity === undefined ? [] : [row.identity.value]),
    ...(status ? [row.status] : []),
    new Date(row.lastQualificationTime).toISOString(),
    ...attributes.map((path) => cell(path, own(row.attributes, path))),
  ]);

/** The one thing in a file that is no scalar: all identities, as JSON. */
const cell = (path: string, value: unknown): unknown =>
  path === 'identityMap' && typeof value === 'object' && value !== null ? JSON.stringify(lowerCaseCodes(value)) : value;
