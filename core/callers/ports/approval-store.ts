import type { Approval } from '../approval.ts';

/** Changes that wait for a second person. They go by themselves some time after they cannot be approved any more. */
export interface ApprovalStore {
  /** Strongly consistent. */
  get(id: string): Promise<Approval | undefined>;
  /** Writes it with `revision + 1`. @throws ConflictError when others have written since it was read */
  write(approval: Approval): Promise<void>;
}
