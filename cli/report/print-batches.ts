import type { KnownBatch } from '#core/api/batch/known-batch.ts';
import type { BatchStatus } from '#core/api/batch/report.ts';
import { statusOf } from '#core/api/batch/report.ts';
import { BATCH_TRANSITIONS, type BatchTransition } from '#core/record/batch-transitions.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import type { RevertState } from '#core/revert/revert.ts';
import { whatWasFound } from './print-replay.ts';
import { whyNot } from './print-stage.ts';
import { table } from './table.ts';

/** A batch, as it is shown. */
export interface BatchReport {
  readonly id: string;
  /** As AEP calls it (docs/ingestion.md). */
  readonly status: BatchStatus;
  readonly dataset: string;
  /** Key of the file, or of the list of its files, in the landing bucket; nothing before the splitter has come to it. */
  readonly file?: string;
  readonly createdAt: string;
  /** What was done with it, and when. */
  readonly transitions: { readonly [transition in BatchTransition]?: string };
  readonly chunks?: { readonly all: number; readonly validated: number; readonly completed: number };
  /** What became of its records; of one that was taken back, what had. */
  readonly counts?: OutcomeCounts;
  /** What was found out of how its CSV files are written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Why its file holds no data. */
  readonly ignored?: string;
  /** Why the file, or the rest of it, could not be read, or too much of it was rejected. */
  readonly reason?: Rejection;
  /** How far it has come with being taken back. */
  readonly revert?: { readonly phase: RevertState['phase']; readonly done: number; readonly of: number };
}

export function reportBatch({ upload, transitions, batch }: KnownBatch, revert?: RevertState): BatchReport {
  const at = (instant: number): string => new Date(instant).toISOString();
  const made = BATCH_TRANSITIONS.flatMap((name) => {
    const instant = transitions[name];
    return instant === undefined ? [] : [[name, at(instant)] as const];
  });
  return {
    id: upload.id,
    status: statusOf(transitions, batch),
    dataset: upload.datasetId,
    ...(batch && { file: batch.file }),
    createdAt: at(upload.createdAt),
    transitions: Object.fromEntries(made),
    ...(batch && {
      chunks: { all: batch.chunks, validated: batch.validatedChunks, completed: batch.completedChunks },
      counts: batch.counts,
      ...(batch.detected && { detected: batch.detected }),
      ...(batch.ignored !== undefined && { ignored: batch.ignored }),
      ...(batch.rejection && { reason: batch.rejection }),
    }),
    ...(revert && transitions.reverted === undefined && { revert: progressOf(revert) }),
  };
}

function progressOf({ phase, next, jobPartitions, folders }: RevertState): NonNullable<BatchReport['revert']> {
  const of = phase === 'collect' ? folders.length : phase === 'rebuild' ? jobPartitions : 1;
  return { phase, done: phase === 'done' ? of : next, of };
}

/** Batches as a table, in the order they are given. */
export function printBatches(batches: readonly BatchReport[]): string {
  if (batches.length === 0) return 'There is no such batch of the last 30 days.\n';
  const rows = batches.map(({ id, status, dataset, createdAt, counts, file }) => [
    id,
    status,
    dataset,
    createdAt.slice(0, 19),
    ...(counts ? [counts.accepted, counts.rejected, counts.duplicate] : ['', '', '']),
    file?.replace(/^landing\/[^/]+\//, '') ?? '',
  ]);
  const head = ['batch', 'status', 'dataset', 'created', 'accepted', 'rejected', 'duplicate', 'file'];
  return `${table(head, rows)}\n`;
}

/** One batch, with all that is known of it. */
export function printBatch(batch: BatchReport): string {
  const { chunks, counts, reason, revert } = batch;
  const found = whatWasFound({ detected: batch.detected, repeatedHeaders: counts?.repeatedHeaders });
  const lines = [
    `Batch ${batch.id}: ${batch.status}`,
    `  dataset ${batch.dataset}, created ${batch.createdAt}`,
    ...(batch.file === undefined ? [] : [`  ${batch.file}`]),
    ...Object.entries(batch.transitions).map(([name, at]) => `  ${name} ${at}`),
    ...(chunks ? [`  ${chunks.all} chunks: ${chunks.validated} validated, ${chunks.completed} completed`] : []),
    ...(counts ? [`  ${recordsIn(batch, counts)}`] : []),
    ...(found === '' ? [] : [`  found out: ${found}`]),
    ...(batch.ignored === undefined ? [] : [`  ignored: ${batch.ignored}`]),
    ...(reason ? [`  ${reason.code}: ${reason.message}`] : []),
    ...(revert ? [`  reverted: ${printRevert(revert)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Batches of which it is said where their reasons are, at most: a list of failed ones is long enough. */
const MAX_HINTS = 3;

/** Which commands say more of several batches: why they failed, and which records were rejected. */
export function whereToGoOn(batches: readonly BatchReport[], stage: string): string {
  const failed = batches.filter(({ status }) => status === 'failed').slice(0, MAX_HINTS);
  const why = failed.map(({ id }) => `Why it failed: tributary batch show ${id} --stage ${stage}\n`);
  return `${why.join('')}${whereRejected(batches, stage)}`;
}

/** Which commands show the records of batches that were rejected. */
export function whereRejected(batches: readonly BatchReport[], stage: string): string {
  const rejected = batches.filter(({ counts }) => counts && counts.rejected > 0).map(({ dataset }) => dataset);
  return [...new Set(rejected)]
    .slice(0, MAX_HINTS)
    .map((dataset) => `Rejected records: tributary quarantine list --dataset ${dataset} --stage ${stage}\n`)
    .join('');
}

function recordsIn({ status }: BatchReport, counts: OutcomeCounts): string {
  const { accepted, rejected, duplicate } = counts;
  const [a, r, d] = [accepted, rejected, duplicate].map((count) => count.toLocaleString('en-US'));
  const why = whyNot(counts);
  const had = status === 'inactive' ? ', all of them removed by the revert' : '';
  return `records: ${a} accepted, ${r} rejected, ${d} duplicate${had}${why === '' ? '' : ` (${why})`}`;
}

/** `rebuild, 3 of 10` */
export const printRevert = ({ phase, done, of }: NonNullable<BatchReport['revert']>): string =>
  of > 1 ? `${phase}, ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')}` : phase;
