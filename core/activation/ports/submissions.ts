import type { Failure } from '../destination-type.ts';

/** How far a delivery has come that is not over: what was handed in at a vendor, or answered before the rest had to wait. */
export interface Submission {
  /** Jobs that have no result yet, and which of their rows are the delivery's. */
  readonly jobs: readonly { readonly job: string; readonly row: number; readonly rows: number }[];
  /** Epoch ms at which it was handed in. */
  readonly since: number;
  /** Of rows that were rejected at once. */
  readonly failure?: Failure;
  /** Names of rows that were delivered or handed in, where others still have to be sent. */
  readonly done?: readonly string[];
}

/** Deliveries that go on later, by a key that is the same whenever the same delivery comes. */
export interface Submissions {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Submission>>;
  put(submissions: ReadonlyMap<string, Submission>): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
}
