import type { BatchReport } from '#core/api/batch/batch-report.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { whatWasFound } from './print-replay.ts';
import { whyNot } from './print-stage.ts';
import { table } from './table.ts';

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
