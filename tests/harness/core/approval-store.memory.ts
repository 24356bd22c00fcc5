import type { Approval } from '#core/callers/approval.ts';
import { type ApprovalStore, MAX_LISTED } from '#core/callers/ports/approval-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';

/** Approvals in memory. */
export class MemoryApprovalStore implements ApprovalStore {
  readonly #approvals = new Map<string, Approval>();

  async get(id: string): Promise<Approval | undefined> {
    return this.#approvals.get(id);
  }

  async list(): Promise<readonly Approval[]> {
    return [...this.#approvals.values()].slice(-MAX_LISTED);
  }

  async write(approval: Approval): Promise<void> {
    const { id, revision } = approval;
    if ((this.#approvals.get(id)?.revision ?? 0) !== revision) throw new ConflictError(`approval ${id}`);
    this.#approvals.set(id, { ...approval, revision: revision + 1 });
  }
}
