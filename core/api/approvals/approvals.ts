import { type Approval, approve, isWaiting, useApproval } from '#core/callers/approval.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { HttpAnswer } from '../http.ts';
import { isAnswer } from '../management/edit.ts';
import { shownApproval, type WantedChange } from '../management/four-eyes.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { makeApproved } from './make-approved.ts';

const FAMILY = 'approvals';
const NONE = problem(FAMILY, 404, 'There is no such change that waits for a second person');

const statusOf = (approval: Approval, now: number): string => {
  if (approval.usedAt !== undefined) return 'made';
  return isWaiting(approval, now) ? 'waiting' : 'expired';
};

/** Of two who approve at the same time one makes the change. */
const writeOnce = (used: Approval, { approvals }: RouteCall['deps']): Promise<HttpAnswer | undefined> =>
  approvals.write(used).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ConflictError) return problem(FAMILY, 409, 'Somebody else has just approved it');
      throw error;
    },
  );

/** `GET /tributary/approvals`: changes that wait for a second person, and what became of those of late. */
export async function listApprovals({ deps }: RouteCall): Promise<HttpAnswer> {
  const approvals = (await deps.approvals.list()).toSorted((a, b) => b.askedAt - a.askedAt);
  return { status: 200, body: { approvals: approvals.map((one) => shownApproval(one, statusOf(one, deps.now()))) } };
}

/** `GET /tributary/approvals/{id}`: with the definitions as they shall be. */
export async function showApproval({ params, deps }: RouteCall): Promise<HttpAnswer> {
  const approval = await deps.approvals.get(params.id!);
  if (!approval) return NONE;
  const { changes, comment } = approval.wanted as WantedChange;
  const shown = changes.map(({ kind, name, value }) => ({ kind, name, value: value ?? null }));
  return { status: 200, body: { ...shownApproval(approval, statusOf(approval, deps.now())), comment, changes: shown } };
}

/**
 * `POST /tributary/approvals/{id}/approve`: makes the change that somebody else has asked for. It is written down as made
 * before it is, so that it is never made twice; where it then cannot be, it has to be asked for again.
 */
export async function approveChange(call: RouteCall): Promise<HttpAnswer> {
  const { params, caller, deps } = call;
  const found = await deps.approvals.get(params.id!);
  if (!found) return NONE;
  const approved = approve(found, caller, deps.now());
  if (typeof approved === 'string') return problem(FAMILY, 409, approved);
  const made = await makeApproved(call, approved.wanted as WantedChange, approved.askedBy, async (digest) => {
    const used = useApproval(approved, digest, deps.now());
    if (typeof used === 'string') return problem(FAMILY, 409, used);
    return await writeOnce(used, deps);
  });
  if (isAnswer(made)) return made;
  return { status: 200, body: { version: made.active.version, warnings: made.warnings } };
}
