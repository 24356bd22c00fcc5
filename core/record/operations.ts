import type { Rejection } from './record.ts';

/** What became of a number of records. Every record is in exactly one of the three. */
export interface RecordCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly duplicate: number;
}

export interface OutcomeCounts extends RecordCounts {
  /** Rejection code → records. */
  readonly rejections: Readonly<Record<string, number>>;
  /** Reason → accepted records that are in no profile. */
  readonly withoutProfile: Readonly<Record<string, number>>;
  /** Reason → accepted records of which the identity graph did not take everything. */
  readonly graphRejections: Readonly<Record<string, number>>;
}

export interface NewBatch {
  readonly id: string;
  readonly datasetId: string;
  /** Key of the file in the landing bucket. */
  readonly file: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly chunks: number;
  /** Percent of its records that may be rejected before it fails as a whole. */
  readonly partialIngestionPercentage: number;
}

/** What becomes of a batch once all of it has been looked at: its good records are stitched, or none are. */
export type CommitDecision = 'stitch' | { readonly rejection: Rejection };

/** A file on its way (aep.md §2.2, §2.3). */
export interface Batch extends NewBatch {
  readonly status: 'processing' | 'success' | 'failed';
  /** Chunks whose records have been looked at, and how many of these were good (`accepted`) and bad. */
  readonly validatedChunks: number;
  readonly validated: OutcomeCounts;
  readonly commitDecision?: CommitDecision;
  /** Chunks whose good records are in profiles. */
  readonly completedChunks: number;
  /** What became of its records; nothing yet before the verdict. */
  readonly counts: OutcomeCounts;
  /** Why the file, or the rest of it, could not be read. */
  readonly rejection?: Rejection;
}

/** The books of ingestion. */
export interface Operations {
  /** Opens a batch; one that is open already stays as it is. */
  openBatch(batch: NewBatch): Promise<void>;
  /** Records a file of which nothing can be read; it counts as one rejected record. */
  rejectFile(batch: NewBatch, rejection: Rejection): Promise<void>;
  /** Counts a chunk as looked at, once however often it is said. @returns the batch as it then is */
  countValidated(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<Batch>;
  /** Says what becomes of a batch. The first verdict holds. @returns the one that holds */
  decide(batchId: string, commitDecision: CommitDecision): Promise<CommitDecision>;
  /** Counts a chunk home, once however often it is said. */
  completeChunk(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<void>;
  /** Adds to the counts of a dataset's stream. */
  countStream(datasetId: string, counts: OutcomeCounts): Promise<void>;
  batch(batchId: string): Promise<Batch | undefined>;
  batches(): AsyncIterable<Batch>;
  streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }>;
}
