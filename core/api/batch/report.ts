import { fileNameOf, type Upload } from '#core/ingestion/batch/upload.ts';
import { sentenceOf } from '#core/ingestion/collection/problem.ts';
import { rareCounts } from '#core/pipeline/counts.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';
import type { BatchTransitions } from '#core/record/batch-transitions.ts';
import type { Batch } from '#core/record/operations.ts';
import type { Rejection, RejectionCode } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';

/** AEP's states (aep.md §2.2) that a batch goes through here, and one for files that hold no data. */
export type BatchStatus =
  | 'loading'
  | 'aborted'
  | 'inactive'
  | 'loaded'
  | 'staging'
  | 'processing'
  | 'success'
  | 'ignored'
  | 'failed';

/** @param batch as the books have it; undefined before the splitter has come to it */
export function statusOf(transitions: BatchTransitions, batch: Batch | undefined): BatchStatus {
  if (transitions.reverted !== undefined) return 'inactive';
  if (transitions.reverting !== undefined) return 'processing';
  if (transitions.aborted !== undefined) return 'aborted';
  if (transitions.failed !== undefined) return 'failed';
  if (transitions.completed === undefined) return 'loading';
  if (!batch) return 'loaded';
  if (batch.status === 'success' || batch.status === 'failed' || batch.status === 'ignored') return batch.status;
  return batch.commitDecision === undefined ? 'staging' : 'processing';
}

/**
 * What AEP's catalog says of a batch (aep.md §2.3): records that came in are either out or failed. Who created it is the
 * source connection; organisation and sandbox are what the client called them.
 */
export function describeBatch(upload: Upload, transitions: BatchTransitions = {}, batch?: Batch): object {
  const { id, datasetId, createdAt, externalId, createdBy = '', imsOrg = '', sandbox = '' } = upload;
  const status = statusOf(transitions, batch);
  const isDone = batch !== undefined && ['success', 'failed', 'ignored', 'inactive'].includes(status);
  return {
    id,
    imsOrg,
    sandboxId: sandbox,
    created: createdAt,
    createdClient: createdBy,
    createdUser: createdBy,
    updatedUser: createdBy,
    updated: Math.max(createdAt, ...Object.values(transitions)),
    ...(externalId !== undefined && { externalId }),
    status,
    version: '1.0.0',
    tags: tagsOf(upload),
    relatedObjects: [{ type: 'dataSet', id: datasetId }],
    inputFormat: { format: upload.format },
    ...(batch?.detected && { detected: batch.detected }),
    ...(batch?.ignored !== undefined && { ignored: batch.ignored }),
    ...(upload.replaces && { replay: { predecessors: upload.replaces, reason: 'replace' } }),
    ...(transitions.completed !== undefined && { started: transitions.completed }),
    ...(isDone ? { metrics: metricsOf(batch), errors: errorsOf(batch) } : { errors: givenUpErrors(transitions) }),
  };
}

const tagsOf = ({ enableErrorDiagnostics, partialIngestionPercentage }: Upload): object => ({
  ...(enableErrorDiagnostics !== undefined && { acp_enableErrorDiagnostics: enableErrorDiagnostics }),
  ...(partialIngestionPercentage !== undefined && { acp_partialIngestionPercent: partialIngestionPercentage }),
});

const givenUpErrors = ({ failed }: BatchTransitions): object[] =>
  failed === undefined ? [] : [{ code: 'failed', description: 'The client reported the batch as failed' }];

/** AEP's counts of records; and ours of what was left out of those that came in, by reason, where anything was. */
function metricsOf({ counts }: Batch): object {
  const { accepted, duplicate, rejected, identitiesOmitted, valuesOmitted } = counts;
  const isAny = (tally: object): boolean => Object.keys(tally).length > 0;
  return {
    ...rareCounts(counts),
    inputRecordCount: accepted + duplicate + rejected,
    outputRecordCount: accepted + duplicate,
    failedRecordCount: rejected,
    ...(isAny(identitiesOmitted) && { identitiesOmitted }),
    ...(isAny(valuesOmitted) && { valuesOmitted }),
  };
}

function errorsOf({ status, counts, rejection }: Batch): { code: string; description: string; recordCount?: number }[] {
  const reasons = Object.entries(counts.rejections)
    .filter(([code]) => code !== 'batch-failed')
    .map(([code, recordCount]) => ({
      code: aepCode({ code: code as RejectionCode, message: '' }),
      description: code,
      recordCount,
    }));
  const taken = counts.accepted + counts.duplicate;
  const summary = `${counts.rejected} of ${taken + counts.rejected} records were rejected, ${taken} were ingested. See path=row_errors`;
  if (status === 'failed') {
    return [
      { code: rejection?.code ?? 'failed', description: rejection ? sentenceOf(rejection) : summary },
      ...reasons,
    ];
  }
  return counts.rejected === 0 ? [] : [{ code: 'INGEST-1212-400', description: summary }, ...reasons];
}

const PARSING: readonly RejectionCode[] = ['malformed', 'invalid-encoding', 'too-large', 'too-deep'];

/** AEP's code of a rejection where it has one: not readable, or something required is missing; else ours. */
export function aepCode({ code, found }: Rejection): string {
  if (PARSING.includes(code)) return 'INGEST-1401-400';
  return code === 'schema-violation' && found === 'nothing' ? 'INGEST-1555-400' : code;
}

export interface RowErrors {
  readonly kind: 'parsing' | 'conversion';
  /** A row a line. */
  readonly text: string;
}

/** Rejected rows as the two kinds of files that AEP has for them. @param maxBytes of one file; a row that is larger is one alone */
export function rowErrors(rows: readonly QuarantineRow[], maxBytes: number): RowErrors[] {
  const files: RowErrors[] = [];
  const open = { parsing: { text: '', bytes: 0 }, conversion: { text: '', bytes: 0 } };
  for (const row of rows) {
    const kind = PARSING.includes(row.rejections[0]!.code) ? 'parsing' : 'conversion';
    const line = `${JSON.stringify(errorLine(row))}\n`;
    const bytes = Buffer.byteLength(line);
    if (open[kind].bytes > 0 && open[kind].bytes + bytes > maxBytes) {
      files.push({ kind, text: open[kind].text });
      open[kind] = { text: '', bytes: 0 };
    }
    // The bytes are counted along: to measure the text anew with every row would cost the square of it.
    open[kind].text += line;
    open[kind].bytes += bytes;
  }
  for (const kind of ['parsing', 'conversion'] as const) {
    if (open[kind].bytes > 0) files.push({ kind, text: open[kind].text });
  }
  return files;
}

function errorLine({ raw, rejections, position }: QuarantineRow): object {
  const _errors = rejections.map((rejection) => ({
    code: aepCode(rejection),
    message: sentenceOf(rejection),
    ...(rejection.pointer !== undefined && { pointer: rejection.pointer }),
  }));
  return { ...contentOf(raw), _errors, _filename: fileNameOf(position.source), _row: position.row };
}

/** The record where it can be read, else what was there. */
function contentOf(raw: string): object {
  try {
    const value: unknown = JSON.parse(raw);
    if (isObject(value)) return value;
  } catch {
    // Then it is a row of CSV, or broken.
  }
  return { _corrupt_record: raw };
}
