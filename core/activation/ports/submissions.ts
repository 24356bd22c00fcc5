import type { Failure } from '../destination-type.ts';

/** What was handed in at a vendor for one delivery, and has no result yet. */
export interface Submission {
  /** Jobs, and which of their rows are the delivery's. */
  readonly jobs: readonly { readonly job: string; readonly row: number; readonly rows: number }[];
  /** Epoch ms at which it was handed in. */
  readonly since: number;
  /** Of rows that were rejected at once. */
  readonly failure?: Failure;
}

/** Deliveries whose results come later, by a key that is the same whenever the same delivery comes. */
export interface Submissions {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Submission>>;
  put(submissions: ReadonlyMap<string, Submission>): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
}
