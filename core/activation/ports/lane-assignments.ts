import type { LaneAssignments } from '../lanes.ts';

/** Which destination has which lane of the pool. */
export interface LaneAssignmentStore {
  get(): Promise<{ readonly version: number; readonly assignments: LaneAssignments }>;
  /** @returns false where somebody has written since that version */
  put(version: number, assignments: LaneAssignments): Promise<boolean>;
}
