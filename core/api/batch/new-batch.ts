import { z } from 'zod';
import { BATCH_FORMATS } from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';

/** How AEP lets CSV be written otherwise, and the one way it is read here. */
const CSV_DIALECT: Readonly<Record<string, readonly unknown[]>> = {
  delimiter: [','],
  quote: ['"'],
  header: [true, 'true'],
  charset: ['utf-8', 'utf8', 'us-ascii'],
};

const inputFormat = z
  .looseObject({ format: z.enum(BATCH_FORMATS) })
  .superRefine((format, context) => {
    if (format.format !== 'csv') return;
    for (const [name, values] of Object.entries(CSV_DIALECT)) {
      const value = format[name];
      if (value === undefined || values.includes(typeof value === 'string' ? value.toLowerCase() : value)) continue;
      context.addIssue({ code: 'custom', path: [name], message: `CSV is read with ${name} ${String(values[0])} only` });
    }
  })
  .default({ format: 'parquet' });

/** The body of `POST /batches`; keys that say nothing here are let through. */
const newBatch = z.looseObject({
  datasetId: z.string().min(1).max(128),
  inputFormat,
  externalId: z.string().max(256).optional(),
  enableErrorDiagnostics: z.boolean().optional(),
  partialIngestionPercentage: z.number().min(0).max(100).optional(),
  /** AEP's name for a batch that takes the place of others once it has been ingested. */
  replay: z
    .looseObject({
      predecessors: z
        .array(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the id of a batch'))
        .min(1)
        .max(100),
      reason: z.literal('replace', { error: 'expected "replace"' }),
    })
    .nullish(),
});
export type NewBatchBody = Pick<
  z.output<typeof newBatch>,
  'datasetId' | 'inputFormat' | 'externalId' | 'enableErrorDiagnostics' | 'partialIngestionPercentage' | 'replay'
>;

/**
 * The batch that a client wants to send (aep.md §2.2).
 * @returns 400 for what is no such request
 */
export function readNewBatch(body: Uint8Array): NewBatchBody | Problem {
  const parsed = newBatch.safeParse(jsonOf(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return problem(400, 'inlet', 'Malformed request', {
      detail: `${issue!.path.join('.') || 'body'}: ${issue!.message}`,
    });
  }
  return parsed.data;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
