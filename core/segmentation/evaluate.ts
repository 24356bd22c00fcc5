import { takeMergedIn } from '#core/identity/versioned-store.ts';
import { type Backoff, ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItem } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { type Cause, type EvaluateSettings, evaluateItem } from './evaluate-item.ts';
import { type LookupReader, type LookupRecords, loadLookups } from './lookups.ts';
import { type Counted, isRedirect, type MembershipItem, type MembershipStore, noMemberships } from './membership.ts';
import {
  changesBetween,
  isUnchanged,
  joinMemberships,
  type MembershipChanges,
  NO_CHANGES,
} from './membership-changes.ts';

export interface EvaluateDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly settings: EvaluateSettings;
  readonly now: () => number;
  /** For segments that look records up: where all segments are evaluated, not only those that are streamed. */
  readonly lookups?: LookupReader;
}

/** The batch job that an evaluation belongs to. */
export interface BatchRun {
  readonly jobId: string;
  /** Whether all that changed the item has been streamed: then a streamed segment whose answer is another is a repair. */
  readonly isStreamed: boolean;
  /** Whether memberships are written even where nothing has changed, so that they are routed anew. @default false */
  readonly writesAll?: boolean;
}

export interface EvaluateOptions {
  /** The item as it was a moment ago. */
  readonly image?: ProfileItem;
  /** Why it is evaluated. @default nobody knows */
  readonly cause?: Cause | undefined;
  /** Whether it is evaluated as the batch job does, all segments. @default as when something came in */
  readonly run?: BatchRun;
  /**
   * Whether whoever evaluates is given every change of the item, one after the other. Whoever is not looks again whether
   * the item has changed while it was evaluated: the change may have been taken for one that changes nothing.
   * @default false
   */
  readonly inOrder?: boolean;
}

/**
 * Brings the memberships of one item up to date. A given image decides whether there is anything to do; what is then
 * written is decided by the item as it is stored now, so that an old image can do no harm.
 * @returns what has changed; of a batch job, all that this job has changed, however often it comes by
 * @throws ConflictError when others went on writing first
 */
export async function evaluate(
  canonicalKey: IdentityKey,
  deps: EvaluateDeps,
  { image, run, inOrder = false, cause }: EvaluateOptions = {},
): Promise<MembershipChanges> {
  const evaluator = async (given?: ProfileItem) => {
    const stored = await deps.memberships.get(canonicalKey);
    if (isRedirect(stored)) return { already: NO_CHANGES };
    const already = countedBefore(stored, run);
    const item = given ?? (await loadItem(canonicalKey, deps.profiles));
    if (!item) return { already };
    const { item: before, taken } = await takeMergedIn(
      stored ?? noMemberships(canonicalKey),
      item.mergedIn,
      deps.memberships,
      joinMemberships,
    );
    const records = run && (await lookedUp(item, deps));
    const now = deps.now();
    const after = evaluateItem(item, before, deps.settings, now, run ? 'all' : 'changed', records, cause);
    // It is routed only when it says that it covers all that was merged in.
    const isJoined = before.mergedIn.length > (stored?.mergedIn.length ?? 0);
    const isWritten = isJoined || (run?.writesAll && stored) || !isUnchanged(before, after, now);
    if (!isWritten) return { already };
    const changes = changesBetween(before, after, streamedIn(deps.settings), now);
    return { already, due: { item, after, taken, changes } };
  };
  if (image) {
    const { already, due } = await evaluator(image);
    if (!due) return already;
  }
  let made = NO_CHANGES;
  return retryOnConflict(async () => {
    const { already, due } = await evaluator();
    if (!due) return run ? already : made;
    const counted = run && addCounted(already, due.changes, run);
    await deps.memberships.write(counted ? { ...due.after, counted } : due.after, due.taken);
    made = counted ?? addChanges(made, due.changes);
    if (!inOrder && (await hasChanged(due.item, deps.profiles))) throw new ConflictError('a profile item');
    return made;
  }, deps);
}

/** Whether an item is another now; one that was taken into another is evaluated there. */
async function hasChanged({ canonicalKey, revision }: ProfileItem, profiles: ProfileStore): Promise<boolean> {
  const item = await loadItem(canonicalKey, profiles);
  return item !== undefined && item.revision !== revision;
}

const addChanges = (a: MembershipChanges, b: MembershipChanges): MembershipChanges => ({
  entered: a.entered + b.entered,
  exited: a.exited + b.exited,
  streamed: a.streamed + b.streamed,
});

/** What the same run has counted of the item before it was interrupted. */
function countedBefore(stored: MembershipItem | undefined, run: BatchRun | undefined): MembershipChanges {
  const counted = stored?.counted;
  return counted !== undefined && counted.jobId === run?.jobId ? counted : NO_CHANGES;
}

const addCounted = (already: MembershipChanges, more: MembershipChanges, run: BatchRun): Counted => ({
  jobId: run.jobId,
  entered: already.entered + more.entered,
  exited: already.exited + more.exited,
  streamed: already.streamed + (run.isStreamed ? more.streamed : 0),
});

const streamedIn = ({ segments, others = [] }: EvaluateSettings): Set<string> =>
  new Set([...segments.streamed, ...others.flatMap((other) => other.segments.streamed)]);

/** The records that the segments look up for the profiles of an item. */
async function lookedUp(item: ProfileItem, { settings, lookups }: EvaluateDeps): Promise<LookupRecords | undefined> {
  const policies = [settings, ...(settings.others ?? [])].filter(({ segments }) => segments.lookups.length > 0);
  if (policies.length === 0) return undefined;
  if (!lookups) throw new Error('Segments look up records of other entities; give the evaluation "lookups"');
  const views = policies.flatMap((policy) => profilesOf(item, policy).map(({ view }) => view));
  const relationships = policies.flatMap(({ segments }) => segments.lookups);
  return loadLookups(views, relationships, lookups);
}
