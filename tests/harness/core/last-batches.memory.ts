import { isLater, type LastBatches, type OpenedBatch } from '#core/counts/ports/last-batches.ts';

/** Which batch of a dataset was received last, in memory. */
export class MemoryLastBatches implements LastBatches {
  readonly #last = new Map<string, OpenedBatch>();

  async note(batch: OpenedBatch): Promise<void> {
    const known = this.#last.get(batch.datasetId);
    if (!known || isLater(batch, known)) this.#last.set(batch.datasetId, batch);
  }

  async of(datasetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(datasetIds.flatMap((id) => (this.#last.has(id) ? [[id, this.#last.get(id)!.id] as const] : [])));
  }
}
