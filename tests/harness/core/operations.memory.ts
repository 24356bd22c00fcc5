import { addCounts, countFileRefusal, NO_COUNTS } from '#core/ingestion/counts.ts';
import type { Refusal } from '#core/ingestion/record.ts';
import type { Batch, NewBatch, Operations, OutcomeCounts } from '#core/ports/operations.ts';

interface Opened extends NewBatch {
  readonly home: Map<number, OutcomeCounts>;
  refusal?: Refusal;
}

/** The books of ingestion in memory. */
export class MemoryOperations implements Operations {
  readonly #batches = new Map<string, Opened>();
  readonly #streams = new Map<string, OutcomeCounts>();

  async openBatch(batch: NewBatch): Promise<void> {
    if (!this.#batches.has(batch.id)) this.#batches.set(batch.id, { ...batch, home: new Map() });
  }

  async refuseFile(batch: NewBatch, refusal: Refusal): Promise<void> {
    if (!this.#batches.has(batch.id)) this.#batches.set(batch.id, { ...batch, home: new Map(), refusal });
  }

  async completeChunk(batchId: string, index: number, counts: OutcomeCounts, refusal?: Refusal): Promise<void> {
    const batch = this.#batches.get(batchId)!;
    if (batch.home.has(index)) return;
    batch.home.set(index, counts);
    if (refusal) batch.refusal = refusal;
  }

  async countStream(datasetId: string, counts: OutcomeCounts): Promise<void> {
    this.#streams.set(datasetId, addCounts(this.#streams.get(datasetId) ?? NO_COUNTS, counts));
  }

  async *batches(): AsyncIterable<Batch> {
    for (const { home, refusal, ...batch } of this.#batches.values()) {
      const whole = refusal && batch.chunks === 0 ? countFileRefusal(refusal) : NO_COUNTS;
      const counts = [...home.values()].reduce(addCounts, whole);
      const isFailed = refusal !== undefined && counts.accepted + counts.duplicate === 0;
      const status = home.size < batch.chunks ? 'processing' : isFailed ? 'failed' : 'success';
      yield { ...batch, status, completedChunks: home.size, counts, ...(refusal && { refusal }) };
    }
  }

  async *streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }> {
    for (const [datasetId, counts] of this.#streams) yield { datasetId, counts };
  }
}
