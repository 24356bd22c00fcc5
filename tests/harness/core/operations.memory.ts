import { batchOf } from '#core/pipeline/batch/batch-state.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import { type BatchTransition, type BatchTransitions, EXCLUDED_BY } from '#core/record/batch-transitions.ts';
import type {
  Batch,
  BatchProgress,
  CommitDecision,
  NewBatch,
  Operations,
  OutcomeCounts,
} from '#core/record/operations.ts';
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
  readonly #transitions = new Map<string, BatchTransitions>();
  readonly #leases = new Map<string, Map<string, number>>();

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
    return this.#asBatch(opened);
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

  async transition(
    batchId: string,
    to: BatchTransition,
    at: number,
    unless: readonly BatchTransition[] = EXCLUDED_BY[to],
  ): Promise<BatchProgress & { readonly isMade: boolean }> {
    const before = this.#transitions.get(batchId) ?? {};
    const isMade = unless.every((transition) => before[transition] === undefined);
    if (isMade) this.#transitions.set(batchId, { [to]: at, ...before });
    return { isMade, ...(await this.progress(batchId)) };
  }

  async lease(batchId: string, worker: string, until: number): Promise<boolean> {
    const { reverting, reverted } = this.#transitions.get(batchId) ?? {};
    if (reverting !== undefined || reverted !== undefined) return false;
    this.#leases.set(batchId, (this.#leases.get(batchId) ?? new Map()).set(worker, until));
    return true;
  }

  async release(batchId: string, worker: string): Promise<void> {
    this.#leases.get(batchId)?.delete(worker);
  }

  async progress(batchId: string): Promise<BatchProgress> {
    const opened = this.#batches.get(batchId);
    return { transitions: this.#transitions.get(batchId) ?? {}, batch: opened && this.#asBatch(opened) };
  }

  async batch(batchId: string): Promise<Batch | undefined> {
    return (await this.progress(batchId)).batch;
  }

  async *batches(): AsyncIterable<Batch> {
    for (const opened of this.#batches.values()) yield this.#asBatch(opened);
  }

  #asBatch({ batch, validated, completedByChunk, rejection, commitDecision }: Opened): Batch {
    return batchOf(batch, {
      validatedChunks: validated.size,
      validated: sum(validated),
      completedChunks: completedByChunk.size,
      completed: sum(completedByChunk),
      rejection,
      commitDecision,
      transitions: this.#transitions.get(batch.id) ?? {},
      leases: [...(this.#leases.get(batch.id)?.values() ?? [])],
    });
  }
}
