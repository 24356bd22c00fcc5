import { z } from 'zod';

/** aep.md §6.3 */
export const DEFAULT_FILE_NAME = '{destination}_segment{segment}_{datetime}';
const MAX_NAME_LENGTH = 255;
/** Room for `_2` … and `.csv.gz` or `.parquet`. */
const MAX_TAIL_LENGTH = 16;

const PLACEHOLDERS = new Set(['destination', 'segment', 'datetime', 'date']);

/** A file name with placeholders: `{destination}`, `{segment}`, `{date}` (yyyymmdd), `{datetime}` (yyyymmddhhmmss). */
export const fileNameTemplate = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(/^[A-Za-z0-9_.{}-]+$/, 'letters, digits, "_", ".", "-" and placeholders in braces')
  .refine((text) => {
    const rest = text.replace(/\{([a-z]+)\}/g, (whole, name: string) => (PLACEHOLDERS.has(name) ? '' : whole));
    return !/[{}]/.test(rest);
  }, 'placeholders are {destination}, {segment}, {date} and {datetime}');

/**
 * The name of a file, without the ending; cut where it would be longer than a file's name may be.
 * @param slot epoch ms
 */
export function fileName(template: string, destinationId: string, segmentId: string, slot: number): string {
  const datetime = new Date(slot).toISOString().slice(0, 19).replace(/[-:T]/g, '');
  const values: Record<string, string> = {
    destination: destinationId,
    segment: segmentId,
    datetime,
    date: datetime.slice(0, 8),
  };
  const name = template.replace(/\{([a-z]+)\}/g, (whole, key: string) => values[key] ?? whole);
  return name.slice(0, MAX_NAME_LENGTH - MAX_TAIL_LENGTH);
}
