import { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import { type Corrected, rowId } from '#core/pipeline/quarantine/quarantine.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';

/**
 * A rejected record as people fix it: `raw` is the record itself, as it came; bytes that are no UTF-8 show as �. Why it
 * was rejected stands beside it and is not read again.
 */
export function correctableLine(row: QuarantineRow): string {
  const { datasetId, position, rejections, header } = row;
  const raw = Buffer.from(bytesOfRaw(row)).toString('utf8');
  const about = { dataset: datasetId, position, rejections, ...(header && { header: header.join(',') }) };
  return `${JSON.stringify({ id: rowId(row), raw, ...about })}\n`;
}

const line = z.looseObject({ id: z.string().min(1), raw: z.string() });

/** What people have corrected, one JSON object a line. @throws UserError naming the line that is none */
export function parseCorrected(text: string, file: string): Corrected {
  const corrected = new Map<string, string>();
  for (const [i, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const parsed = line.safeParse(jsonOf(content));
    if (!parsed.success) {
      throw new UserError(
        `${file}, line ${i + 1}: expected {"id": "…", "raw": "…"}, as "quarantine export" writes them; nothing was done`,
      );
    }
    corrected.set(parsed.data.id, parsed.data.raw);
  }
  return corrected;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
