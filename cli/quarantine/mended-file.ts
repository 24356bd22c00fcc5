import { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/keep.ts';
import { type Mended, rowId } from '#core/pipeline/quarantine/quarantine.ts';

/**
 * A refused record as people mend it: `raw` is the record itself, as it came; bytes that are no UTF-8 show as �. Why it
 * was refused stands beside it and is not read again.
 */
export function mendableLine(row: QuarantineRow): string {
  const { datasetId, position, refusals, header } = row;
  const raw = Buffer.from(bytesOfRaw(row)).toString('utf8');
  const about = { dataset: datasetId, position, refusals, ...(header && { header: header.join(',') }) };
  return `${JSON.stringify({ id: rowId(row), raw, ...about })}\n`;
}

const line = z.looseObject({ id: z.string().min(1), raw: z.string() });

/** What people have mended, one JSON object a line. @throws UserError naming the line that is none */
export function parseMended(text: string, file: string): Mended {
  const mended = new Map<string, string>();
  for (const [i, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const parsed = line.safeParse(jsonOf(content));
    if (!parsed.success) {
      throw new UserError(
        `${file}, line ${i + 1}: expected {"id": "…", "raw": "…"}, as "quarantine export" writes them; nothing was done`,
      );
    }
    mended.set(parsed.data.id, parsed.data.raw);
  }
  return mended;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
