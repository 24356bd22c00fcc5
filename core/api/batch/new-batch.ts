import { z } from 'zod';
import { BATCH_FORMATS } from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import { type CsvSettings, csvDelimiter } from '#core/ingestion/text/csv-settings.ts';

/** Settings of AEP's for CSV, and what their values are called here. */
const CSV_VALUES: Readonly<Record<string, Readonly<Record<string, Partial<CsvSettings>>>>> = {
  quote: { '"': { quote: '"' }, "'": { quote: "'" } },
  escape: { '"': { escape: 'double' }, '\\': { escape: 'backslash' } },
  // Without a header nobody would know which column is which.
  header: { true: {} },
  charset: {
    'utf-8': { encoding: 'utf-8' },
    utf8: { encoding: 'utf-8' },
    'us-ascii': { encoding: 'utf-8' },
    'iso-8859-1': { encoding: 'windows-1252' },
    'windows-1252': { encoding: 'windows-1252' },
    'utf-16le': { encoding: 'utf-16le' },
    'utf-16be': { encoding: 'utf-16be' },
    // The mark at its beginning says which.
    'utf-16': {},
  },
};

/** What a client says of how its CSV is written; the dataset says the rest. @returns an error by the name of the setting */
function csvOf(
  format: Readonly<Record<string, unknown>>,
): Partial<CsvSettings> | { readonly name: string; readonly message: string } {
  let csv: Partial<CsvSettings> = {};
  for (const [name, values] of Object.entries(CSV_VALUES)) {
    const value = format[name];
    if (value === undefined) continue;
    const known = values[String(value).toLowerCase()];
    if (!known) return { name, message: `expected one of ${Object.keys(values).join(', ')}` };
    csv = { ...csv, ...known };
  }
  if (format.delimiter === undefined) return csv;
  const { success, data: delimiter } = csvDelimiter.safeParse(format.delimiter);
  return success ? { ...csv, delimiter } : { name: 'delimiter', message: 'expected one character such as "," or ";"' };
}

const inputFormat = z
  .looseObject({ format: z.enum(BATCH_FORMATS) })
  .superRefine((format, context) => {
    const csv = format.format === 'csv' ? csvOf(format) : {};
    if ('message' in csv) context.addIssue({ code: 'custom', path: [csv.name], message: csv.message });
  })
  .default({ format: 'parquet' });

/** What the format of a batch that was read says of its CSV; nothing where it says nothing. */
export function csvSettingsOf(format: NewBatchBody['inputFormat']): Partial<CsvSettings> | undefined {
  const csv = format.format === 'csv' ? csvOf(format) : {};
  return 'message' in csv || Object.keys(csv).length === 0 ? undefined : csv;
}

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
