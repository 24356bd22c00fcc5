import type { NewBatch } from '#core/record/operations.ts';

export type OpenedBatch = Pick<NewBatch, 'id' | 'datasetId' | 'receivedAt'>;

/** Which batch of a dataset was received last: noted when a batch is opened, so that nobody has to go through all of them. */
export interface LastBatches {
  /** Notes one, unless a later one of its dataset is noted. May be done more than once. */
  note(batch: OpenedBatch): Promise<void>;
  /** Dataset → id of its last batch; a dataset without any is omitted. */
  of(datasetIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Of several batches, the last of each dataset. */
export function lastOfEach(batches: readonly OpenedBatch[]): readonly OpenedBatch[] {
  const last = new Map<string, OpenedBatch>();
  for (const batch of batches) {
    const known = last.get(batch.datasetId);
    if (!known || isLater(batch, known)) last.set(batch.datasetId, batch);
  }
  return [...last.values()];
}

/** Of two that were received in one millisecond the one with the larger id is the later. */
export const isLater = (one: OpenedBatch, other: OpenedBatch): boolean => rankOf(one) > rankOf(other);

/** Text that is larger the later a batch is. */
export const rankOf = ({ receivedAt, id }: OpenedBatch): string => `${String(receivedAt).padStart(15, '0')} ${id}`;
