import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import { rowId } from './read.ts';
import type { QuarantineRow } from './write.ts';

/** What a rejected record contains, as text; bytes that are no UTF-8 show as �. */
export const textOf = (row: QuarantineRow): string => Buffer.from(bytesOfRaw(row)).toString('utf8');

/**
 * A rejected record as people fix it: `raw` is the record itself, as it came. Why it was rejected stands beside it and is not
 * read again.
 */
export function correctableLine(row: QuarantineRow): string {
  const { datasetId, position, rejections, header } = row;
  const about = { dataset: datasetId, position, rejections, ...(header && { header: header.join(',') }) };
  return `${JSON.stringify({ id: rowId(row), raw: textOf(row), ...about })}\n`;
}
