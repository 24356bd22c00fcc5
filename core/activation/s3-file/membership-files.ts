import type { S3FileDestination } from '#core/catalog/definitions.ts';
import { csvLine } from './csv.ts';
import type { FileRow } from './pending.ts';

/** A file to be written, and how many rows of memberships it has. */
export interface ExportFile {
  readonly key: string;
  readonly body: string;
  /** The body as it is stored, where that is not its text. */
  readonly bytes?: Uint8Array;
  readonly contentType: string;
  readonly rows: number;
}

export interface CsvLimits {
  readonly rows: number;
  /** Characters in front of which a file is split as well: it is made in memory. */
  readonly characters: number;
}

/** aep.md §6.3 */
const LIMITS: CsvLimits = { rows: 5_000_000, characters: 256_000_000 };

const COLUMNS = ['identity', 'segmentMembership.status', 'lastQualificationTime'] as const;

/**
 * The CSV files of a destination, one for each segment (aep.md §6.3): who entered or left since the last one, identities
 * of the destination's namespace only.
 * @param rows the latest of each identity and segment
 * @param slot epoch ms of the export; gives the file its name
 */
export function membershipFiles(
  destination: Pick<S3FileDestination, 'id' | 'identity' | 'attributes'>,
  rows: readonly FileRow[],
  slot: number,
  limits: CsvLimits = LIMITS,
): ExportFile[] {
  const header = csvLine([...COLUMNS, ...destination.attributes]);
  const own = rows.filter(({ identity }) => identity.namespace === destination.identity);
  const bySegment = [...Map.groupBy(own, ({ segmentId }) => segmentId)].sort(([a], [b]) => (a < b ? -1 : 1));
  return bySegment.flatMap(([segmentId, members]) => {
    const name = `${destination.id}/${destination.id}_segment${segmentId}_${compactTime(slot)}`;
    const lines = members.map((row) => line(row, destination.attributes));
    return split(lines, limits).map((part, index) => ({
      key: `${name}${index === 0 ? '' : `_${index + 1}`}.csv`,
      body: header + part.join(''),
      contentType: 'text/csv; charset=utf-8',
      rows: part.length,
    }));
  });
}

function split(lines: readonly string[], limits: CsvLimits): string[][] {
  const parts: string[][] = [];
  let characters = 0;
  for (const next of lines) {
    const last = parts.at(-1);
    if (last && last.length < limits.rows && characters + next.length <= limits.characters) {
      last.push(next);
      characters += next.length;
    } else {
      parts.push([next]);
      characters = next.length;
    }
  }
  return parts;
}

const line = ({ identity, status, lastQualificationTime, attributes }: FileRow, columns: readonly string[]): string =>
  csvLine([
    identity.value,
    status,
    new Date(lastQualificationTime).toISOString(),
    ...columns.map((column) => (Object.hasOwn(attributes, column) ? attributes[column] : undefined)),
  ]);

/** `yyyymmddhhmmss`, UTC */
const compactTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace(/[-:T]/g, '');
