import type { Batch } from '#core/ports/operations.ts';
import type { QuarantineRow } from '../archive.ts';
import { sentenceOf } from '../collection/problem.ts';
import type { Refusal, RefusalCode } from '../record.ts';
import type { Upload } from './upload.ts';

/** AEP's states (aep.md §2.2) that a batch goes through here. */
export type BatchStatus = 'loading' | 'aborted' | 'loaded' | 'staging' | 'processing' | 'success' | 'failed';

/** @param batch as the books have it; undefined before the splitter has come to it */
export function statusOf(marks: { completed: boolean; aborted: boolean }, batch: Batch | undefined): BatchStatus {
  if (marks.aborted) return 'aborted';
  if (!marks.completed) return 'loading';
  if (!batch) return 'loaded';
  if (batch.status !== 'processing') return batch.status;
  return batch.verdict === undefined ? 'staging' : 'processing';
}

/** What AEP's catalog says of a batch (aep.md §2.3): records that came in are either out or failed. */
export function describeBatch(upload: Upload, status: BatchStatus, batch: Batch | undefined): object {
  const { id, datasetId, createdAt, externalId } = upload;
  const isDone = batch !== undefined && (status === 'success' || status === 'failed');
  return {
    id,
    status,
    created: createdAt,
    ...(externalId !== undefined && { externalId }),
    version: '1.0.0',
    relatedObjects: [{ type: 'dataSet', id: datasetId }],
    inputFormat: { format: upload.format },
    ...(isDone && { metrics: metricsOf(batch), errors: errorsOf(batch) }),
  };
}

function metricsOf({ counts: { accepted, duplicate, refused } }: Batch): object {
  return {
    inputRecordCount: accepted + duplicate + refused,
    outputRecordCount: accepted + duplicate,
    failedRecordCount: refused,
  };
}

function errorsOf({ status, counts, refusal }: Batch): { code: string; description: string; rows?: number }[] {
  const reasons = Object.entries(counts.refusals)
    .filter(([code]) => code !== 'batch-failed')
    .map(([code, rows]) => ({ code: aepCode({ code: code as RefusalCode, message: '' }), description: code, rows }));
  const taken = counts.accepted + counts.duplicate;
  const summary = `${counts.refused} of ${taken + counts.refused} records were refused, ${taken} were taken in. See path=row_errors`;
  if (status === 'failed') {
    return [{ code: refusal?.code ?? 'failed', description: refusal ? sentenceOf(refusal) : summary }, ...reasons];
  }
  return counts.refused === 0 ? [] : [{ code: 'INGEST-1212-400', description: summary }, ...reasons];
}

const PARSING: readonly RefusalCode[] = ['malformed', 'invalid-encoding', 'too-large', 'too-deep'];

/** AEP's code of a refusal where it has one: not readable, or something required is missing; else ours. */
export function aepCode({ code, found }: Refusal): string {
  if (PARSING.includes(code)) return 'INGEST-1401-400';
  return code === 'schema-violation' && found === 'nothing' ? 'INGEST-1555-400' : code;
}

/** Refused rows in the two kinds of files that AEP has for them, a row a line. */
export function rowErrors(rows: readonly QuarantineRow[]): { parsing: string; conversion: string } {
  let [parsing, conversion] = ['', ''];
  for (const row of rows) {
    const line = `${JSON.stringify(errorLine(row))}\n`;
    if (PARSING.includes(row.refusals[0]!.code)) parsing += line;
    else conversion += line;
  }
  return { parsing, conversion };
}

function errorLine({ raw, refusals, position }: QuarantineRow): object {
  const _errors = refusals.map((refusal) => ({
    code: aepCode(refusal),
    message: sentenceOf(refusal),
    ...(refusal.pointer !== undefined && { pointer: refusal.pointer }),
  }));
  return { ...contentOf(raw), _errors, _filename: position.source, _row: position.row };
}

/** The record where it can be read, else what was there. */
function contentOf(raw: string): object {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Then it is a row of CSV, or broken.
  }
  return { _corrupt_record: raw };
}
