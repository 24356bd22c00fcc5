import { z } from 'zod';
import { type Problem, problem } from '../collection/problem.ts';

/** What `inputFormat.format` may be; without it AEP takes files for Parquet, its first format. */
export const BATCH_FORMATS = ['json', 'csv', 'parquet'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

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
  replay: z.unknown().optional(),
});
export type NewBatchBody = Pick<
  z.output<typeof newBatch>,
  'datasetId' | 'inputFormat' | 'externalId' | 'enableErrorDiagnostics' | 'partialIngestionPercentage'
>;

/**
 * The batch that a client wants to send (aep.md §2.2).
 * @returns 400 for what is no such request, 501 for a batch that shall replace others
 */
export function readNewBatch(body: Uint8Array): NewBatchBody | Problem {
  const parsed = newBatch.safeParse(jsonOf(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return problem(400, 'inlet', 'Malformed request', {
      detail: `${issue!.path.join('.') || 'body'}: ${issue!.message}`,
    });
  }
  const { replay, ...wanted } = parsed.data;
  return replay === undefined || replay === null ? wanted : NO_REPLAY;
}

/** Said aloud: who believed that a batch has replaced another would have both. */
const NO_REPLAY = problem(501, 'inlet', 'A batch cannot replace others', {
  detail:
    'What the predecessors brought stays in the lake and in profiles. Send the batch without "replay": a record takes the place of an earlier one of the same identity in the same dataset, and an event with a known _id is a duplicate',
});

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
