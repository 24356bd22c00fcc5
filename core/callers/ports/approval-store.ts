import type { Approval } from '../approval.ts';

/** Approvals that a list names. */
export const MAX_LISTED = 100;

/** Changes that wait for a second person. They go by themselves some time after they cannot be approved any more. */
export interface ApprovalStore {
  /** Strongly consistent. */
  get(id: string): Promise<Approval | undefined>;
  /** Those of late, waiting or not; the last {@link MAX_LISTED} at most. */
  list(): Promise<readonly Approval[]>;
  /** Writes it with `revision + 1`. @throws ConflictError when others have written since it was read */
  write(approval: Approval): Promise<void>;
}
