import type { ObjectVersion } from '#core/ports/object-store.ts';
import type { BatchTransition, BatchTransitions } from './batch-transitions.ts';
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
  /** Rows of CSV files that repeat the header, and are no records; omitted where there are none. */
  readonly repeatedHeaders?: number;
  /** Accepted events that have taken the place of an older version; omitted where there are none. */
  readonly amended?: number;
  /** Accepted records whose stamp lay more than a day ahead; omitted where there are none. */
  readonly timestampsBounded?: number;
  /** Reason → values of accepted records that are no identities although they stand where one belongs. */
  readonly identitiesOmitted: Readonly<Record<string, number>>;
  /** Reason → values that a mapping has left out of accepted records. */
  readonly valuesOmitted: Readonly<Record<string, number>>;
}

export interface NewBatch {
  readonly id: string;
  readonly datasetId: string;
  /** Key of the file in the landing bucket. */
  readonly file: string;
  /** Which object under that key: another may have taken its place. */
  readonly version?: ObjectVersion;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly chunks: number;
  /** Percent of its records that may be rejected before it fails as a whole. */
  readonly partialIngestionPercentage: number;
  /** What was found out of how its CSV files are written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Why its file is none that holds data, as those that tools put beside the data; it is no failure. */
  readonly ignored?: string;
}

/** What becomes of a batch once all of it has been looked at: its good records are stitched, or none are. */
export type CommitDecision = 'stitch' | { readonly rejection: Rejection };

/** A file on its way (aep.md §2.2, §2.3). */
export interface Batch extends NewBatch {
  readonly status: 'processing' | 'success' | 'failed' | 'ignored' | 'reverting' | 'inactive';
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
  /** What was done with it. */
  readonly transitions: BatchTransitions;
  /** Epoch ms: until then a worker may be at one of its chunks. */
  readonly busyUntil?: number;
}

/** A batch as far as it has come. */
export interface BatchProgress {
  readonly transitions: BatchTransitions;
  /** Undefined before the splitter has come to it. */
  readonly batch: Batch | undefined;
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
  /**
   * Makes a transition of a batch, in one conditional write: only if none of those is made that exclude it. One that was made
   * before stays as it was.
   * @param at epoch ms
   * @param unless what excludes it, where that is not what it says itself (`EXCLUDED_BY`)
   * @returns whether it is made, now or before, and the batch as it then is
   */
  transition(
    batchId: string,
    to: BatchTransition,
    at: number,
    unless?: readonly BatchTransition[],
  ): Promise<BatchProgress & { readonly isMade: boolean }>;
  /**
   * Notes that a worker is at a chunk of a batch, in one conditional write.
   * @param until epoch ms: when it has ended, whatever becomes of it
   * @returns whether it may: not when the batch is being taken back, or was
   */
  lease(batchId: string, worker: string, until: number): Promise<boolean>;
  /** Notes that a worker is done. */
  release(batchId: string, worker: string): Promise<void>;
  /** Strongly consistent, as all that is said of one batch. */
  progress(batchId: string): Promise<BatchProgress>;
  batch(batchId: string): Promise<Batch | undefined>;
  batches(): AsyncIterable<Batch>;
}
