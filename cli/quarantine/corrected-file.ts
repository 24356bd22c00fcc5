import { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import type { Corrected } from '#core/pipeline/quarantine/replay.ts';

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
