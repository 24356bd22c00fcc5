import { batchOf } from '#core/pipeline/batch/batch-state.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { Batch, CommitDecision, NewBatch, Operations, OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';

interface Opened {
  readonly batch: NewBatch;
  readonly validated: Map<number, OutcomeCounts>;
  readonly completedByChunk: Map<number, OutcomeCounts>;
  rejection?: Rejection;
  commitDecision?: CommitDecision;
}

const open = (batch: NewBatch): Opened => ({ batch, validated: new Map(), completedByChunk: new Map() });

const sum = (counts: ReadonlyMap<number, OutcomeCounts>): OutcomeCounts =>
  [...counts.values()].reduce(addCounts, NO_COUNTS);

/** The books of ingestion in memory. */
export class MemoryOperations implements Operations {
  readonly #batches = new Map<string, Opened>();
  readonly #streams = new Map<string, OutcomeCounts>();

  async openBatch(batch: NewBatch): Promise<void> {
    if (!this.#batches.has(batch.id)) this.#batches.set(batch.id, open(batch));
  }

  async rejectFile(batch: NewBatch, rejection: Rejection): Promise<void> {
    if (!this.#batches.has(batch.id)) this.#batches.set(batch.id, { ...open(batch), rejection });
  }

  async countValidated(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<Batch> {
    const opened = this.#batches.get(batchId)!;
    if (!opened.validated.has(index)) {
      opened.validated.set(index, counts);
      if (rejection) opened.rejection = rejection;
    }
    return asBatch(opened);
  }

  async decide(batchId: string, commitDecision: CommitDecision): Promise<CommitDecision> {
    const opened = this.#batches.get(batchId)!;
    opened.commitDecision ??= commitDecision;
    return opened.commitDecision;
  }

  async completeChunk(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<void> {
    const opened = this.#batches.get(batchId)!;
    if (opened.completedByChunk.has(index)) return;
    opened.completedByChunk.set(index, counts);
    if (rejection) opened.rejection = rejection;
  }

  async countStream(datasetId: string, counts: OutcomeCounts): Promise<void> {
    this.#streams.set(datasetId, addCounts(this.#streams.get(datasetId) ?? NO_COUNTS, counts));
  }

  async batch(batchId: string): Promise<Batch | undefined> {
    const opened = this.#batches.get(batchId);
    return opened && asBatch(opened);
  }

  async *batches(): AsyncIterable<Batch> {
    for (const opened of this.#batches.values()) yield asBatch(opened);
  }

  async *streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }> {
    for (const [datasetId, counts] of this.#streams) yield { datasetId, counts };
  }
}

const asBatch = ({ batch, validated, completedByChunk, rejection, commitDecision }: Opened): Batch =>
  batchOf(batch, {
    validatedChunks: validated.size,
    validated: sum(validated),
    completedChunks: completedByChunk.size,
    completed: sum(completedByChunk),
    rejection,
    commitDecision,
  });
