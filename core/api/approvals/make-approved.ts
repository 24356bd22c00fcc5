import type { Caller } from '#core/callers/caller.ts';
import type { Change } from '#core/catalog/change.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { HttpAnswer } from '../http.ts';
import { scopesLacking } from '../management/change-scopes.ts';
import { type CheckedChange, checkedChange, type Edited, isAnswer, makeActive } from '../management/edit.ts';
import { changeDigest, type WantedChange } from '../management/four-eyes.ts';
import { missingScope, problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'approvals';
/** Somebody else is faster so often at most. */
const ROUNDS = 5;

/**
 * Makes a change that a second person has approved, if it is still the one that was asked for, on top of what it was asked for.
 * @param use writes down that it is made, given its digest; or says why it may not be
 */
export async function makeApproved(
  { caller, deps }: Pick<RouteCall, 'caller' | 'deps'>,
  { changes, comment }: WantedChange,
  askedBy: Pick<Caller, 'id'>,
  use: (digest: string) => Promise<HttpAnswer | undefined>,
): Promise<Edited | HttpAnswer> {
  const note = { by: askedBy.id, comment: `${comment} (approved by ${caller.id})` };
  let used: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = await deps.definitions.active();
    const checked = possibleChange(before, changes, { caller, deps });
    if (isAnswer(checked)) return checked;
    const digest = changeDigest(checked.differing);
    if (used !== undefined && used !== digest) return ANOTHER;
    const rejected = used === undefined ? await use(digest) : undefined;
    if (rejected) return rejected;
    used = digest;
    try {
      return await makeActive(before, checked, note, { deps, family: FAMILY });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return problem(FAMILY, 409, 'Others are changing definitions at the same time: ask for the change again');
}

/** The change on top of what is active, where it is possible and the approver may make what needs a second person. */
function possibleChange(
  before: ActiveDefinitions,
  changes: readonly Change[],
  { caller, deps }: Pick<RouteCall, 'caller' | 'deps'>,
): CheckedChange | HttpAnswer {
  const checked = checkedChange(before, changes, FAMILY);
  if (isAnswer(checked)) return checked;
  const [lacking] = scopesLacking(checked.differing, caller).filter(({ scope }) => deps.fourEyes.includes(scope));
  return lacking ? missingScope(FAMILY, lacking.scope) : checked;
}

const ANOTHER = problem(FAMILY, 409, 'What it builds on was changed meanwhile: ask for the change again');
