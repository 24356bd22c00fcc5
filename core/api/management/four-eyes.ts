import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Approval } from '#core/callers/approval.ts';
import { askForApproval, needsApproval } from '#core/callers/approval.ts';
import type { Change } from '#core/catalog/change.ts';
import type { DefinitionChange } from '#core/catalog/definition-changes.ts';
import type { HttpAnswer } from '../http.ts';
import type { Scope } from './caller.ts';
import { scopesOfChange } from './change-scopes.ts';
import type { Family } from './families.ts';
import { problem } from './problem.ts';
import type { RouteCall } from './route.ts';

/** What is asked for is kept in one item. */
const MAX_WANTED_LENGTH = 300_000;

/** What waits for a second person: the changes, and what the history is to say of them. */
export interface WantedChange {
  readonly changes: readonly Change[];
  readonly comment: string;
}

/** The scope for whose sake changes need a second person; undefined where they need none. */
export const governedBy = (changes: readonly DefinitionChange[], fourEyes: readonly Scope[]): Scope | undefined =>
  changes.flatMap(scopesOfChange).find(({ scope }) => needsApproval(scope, fourEyes))?.scope;

/** SHA-256 of changes and of what they build on: the definitions as they were and as they shall be. */
export const changeDigest = (changes: readonly DefinitionChange[]): string =>
  hash('sha256', stringify(changes.map(({ key, before, after }) => [key, before ?? null, after ?? null])) ?? '');

/** Puts a change before a second person, in the place of making it. */
export async function putBeforeSecond(
  { caller, deps }: Pick<RouteCall, 'caller' | 'deps'>,
  family: Family,
  scope: Scope,
  { differing, ...wanted }: WantedChange & { readonly differing: readonly DefinitionChange[] },
): Promise<HttpAnswer> {
  if (JSON.stringify(wanted).length > MAX_WANTED_LENGTH) {
    return problem(family, 413, 'The change is too large to be kept until somebody approves it: make several of it');
  }
  const summary = differing
    .map(({ key }) => key)
    .join(', ')
    .slice(0, 500);
  const asked = { id: deps.newId(), scope, change: changeDigest(differing), summary, wanted };
  const approval = askForApproval(asked, caller, deps.now());
  await deps.approvals.write(approval);
  return { status: 202, body: { approval: shownApproval(approval, 'waiting'), message: WAITS } };
}

const WAITS = 'Nothing has changed yet: a second person has to approve it';

/** An approval as callers see it. */
export const shownApproval = (approval: Approval, status: string) => ({
  id: approval.id,
  status,
  scope: approval.scope,
  summary: approval.summary,
  askedBy: approval.askedBy,
  askedAt: new Date(approval.askedAt).toISOString(),
  ...(approval.approvedBy && { approvedBy: approval.approvedBy }),
  ...(approval.approvedAt !== undefined && { approvedAt: new Date(approval.approvedAt).toISOString() }),
});
