import { ingestionIdOf } from '#core/ingestion/ids.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';

/** A batch that is taken back: what its rows can be told by, wherever compaction has put them. */
export interface RevertedBatch {
  readonly id: string;
  readonly datasetId: string;
  /** Epoch ms; all its rows have it. */
  readonly receivedAt: number;
  /** What its rows name as their source: the keys of its files. */
  readonly files: readonly string[];
}

type Named = Pick<LakeRow, 'receivedAt' | 'tieBreaker' | 'ingestionId'>;

/**
 * Whether a row of the batch's dataset came with the batch. Its arrival names file and row; rows of one file lie together,
 * so the file is nearly always that of the row before.
 */
export function rowsOfBatch({ receivedAt, files }: Omit<RevertedBatch, 'id' | 'datasetId'>): (row: Named) => boolean {
  let last = files[0];
  return (row) => {
    if (row.receivedAt !== receivedAt || !/^\d{12}$/.test(row.tieBreaker)) return false;
    const isOf = (source: string): boolean =>
      ingestionIdOf({ source, row: Number(row.tieBreaker) }, receivedAt) === row.ingestionId;
    if (last !== undefined && isOf(last)) return true;
    const found = files.find(isOf);
    last = found ?? last;
    return found !== undefined;
  };
}
