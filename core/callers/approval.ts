import type { Scope } from '#core/contract/scopes.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { type Caller, mayDo } from './caller.ts';

/** A change that somebody has asked for, and that counts only when a second person has approved it. */
export interface Approval {
  readonly id: string;
  /** Raised by every write; 0 before the first. */
  readonly revision: number;
  /** What it takes to make the change, and to approve it. */
  readonly scope: Scope;
  /** SHA-256 of the change and of what it builds on: nothing else is approved with it. */
  readonly change: string;
  /** For those who approve. */
  readonly summary: string;
  /** The change itself, for whoever makes it. */
  readonly wanted?: object;
  readonly askedBy: Person;
  /** Epoch ms. */
  readonly askedAt: number;
  readonly approvedBy?: Person;
  readonly approvedAt?: number;
  /** Epoch ms: when the change was made. It is made once. */
  readonly usedAt?: number;
}

type Person = Pick<Caller, 'id' | 'name' | 'kind'>;

/** How long a change waits for somebody, and then for being made. */
export const APPROVAL_MS = 7 * DAY_MS;

/** Whether changes of a scope need a second person. @param fourEyes the scopes of which the stage says so */
export const needsApproval = (scope: Scope, fourEyes: readonly Scope[]): boolean => fourEyes.includes(scope);

/** A change as it waits for a second person. @param now epoch ms */
export const askForApproval = (
  asked: Pick<Approval, 'id' | 'scope' | 'change' | 'summary' | 'wanted'>,
  caller: Caller,
  now: number,
): Approval => ({ ...asked, revision: 0, askedBy: personOf(caller), askedAt: now });

/**
 * The approval as a second person has given it.
 * @returns why it cannot be given, in a sentence
 */
export function approve(approval: Approval, approver: Caller, now: number): Approval | string {
  if (isOver(approval, now)) return 'It was asked for more than seven days ago: ask again';
  if (approval.approvedBy) return 'It is approved already';
  if (approver.kind !== 'person' && approver.kind !== 'aws') return 'Only people approve: a client has no eyes';
  if (approver.id === approval.askedBy.id) return 'Somebody else has to approve what you have asked for';
  if (!mayDo(approver, approval.scope)) return `Approving this needs the scope "${approval.scope}"`;
  return { ...approval, approvedBy: personOf(approver), approvedAt: now };
}

/**
 * The approval as it is when its change is made: to be written together with the change, or before it.
 * @param change SHA-256 of the change that is about to be made
 * @returns why the change may not be made, in a sentence
 */
export function useApproval(approval: Approval, change: string, now: number): Approval | string {
  if (approval.change !== change)
    return 'Something else was approved: the change, or what it builds on, is another one';
  if (!approval.approvedBy) return 'Nobody has approved it yet';
  if (approval.usedAt !== undefined) return 'It was made already';
  if (isOver(approval, now)) return 'It was asked for more than seven days ago: ask again';
  return { ...approval, usedAt: now };
}

/** Whether it waits for somebody still. */
export const isWaiting = (approval: Approval, now: number): boolean => !approval.approvedBy && !isOver(approval, now);

const isOver = ({ askedAt }: Approval, now: number): boolean => now - askedAt >= APPROVAL_MS;
const personOf = ({ id, name, kind }: Caller): Person => ({ id, name, kind });
