import { BATCH_TRANSITIONS, type BatchTransition } from '#core/record/batch-transitions.ts';
import type { OutcomeCounts, RecordCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import type { RevertState } from '#core/revert/revert.ts';
import type { KnownBatch } from './known-batch.ts';
import { type BatchStatus, statusOf } from './report.ts';

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
  /** What its validation pass has found so far, before it is decided whether it is ingested. */
  readonly validated?: RecordCounts;
  /** Percent of its records that may be rejected before it fails as a whole. */
  readonly partialIngestionPercentage?: number;
  /** What its validation pass has decided. */
  readonly decision?: 'ingest' | 'reject';
  /** What was found out of how its CSV files are written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Why its file holds no data. */
  readonly ignored?: string;
  /** Why the file, or the rest of it, could not be read, or too much of it was rejected. */
  readonly reason?: Rejection;
  /** How far it has come with being taken back. */
  readonly revert?: { readonly phase: RevertState['phase']; readonly done: number; readonly of: number };
}

/** What is shown of a batch. @param revert how far it has come with being taken back */
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
      validated: countsOf(batch.validated),
      partialIngestionPercentage: batch.partialIngestionPercentage,
      ...(batch.commitDecision && { decision: batch.commitDecision === 'stitch' ? 'ingest' : 'reject' }),
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

const countsOf = ({ accepted, rejected, duplicate }: OutcomeCounts): RecordCounts => ({
  accepted,
  rejected,
  duplicate,
});
