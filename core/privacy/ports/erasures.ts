import type { Erasure } from '../erasure.ts';

/** The deletions of a stage. */
export interface Erasures {
  get(requestId: string): Promise<Erasure | undefined>;
  /** Those that are not done, in the order in which they were asked for. */
  underWay(): Promise<Erasure[]>;
  /**
   * Writes it with `revision + 1` if the stored one still has `revision`; one that is done is kept for 400 days.
   * @throws ConflictError
   */
  save(erasure: Erasure): Promise<void>;
}
