import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/identity/identity.ts';
import { type Pausing, retryOnConflict } from '#core/ports/conflict.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import { takeAbsorbed } from '#core/ports/versioned-store.ts';
import { loadItem } from '#core/profile/load.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, type ProfileRules, profilesOf } from '#core/profile/profiles.ts';
import { type LookupReader, type LookupRecords, loadLookups } from './lookups.ts';
import {
  type Counted,
  forgottenAt,
  isMoved,
  type Membership,
  type MembershipItem,
  type MembershipStore,
  nextMembership,
  noMemberships,
  type ProfileMemberships,
  type Standing,
} from './membership.ts';
import {
  changesBetween,
  isUnchanged,
  joinMemberships,
  type MembershipChanges,
  NO_CHANGES,
} from './membership-changes.ts';
import type { Look, SegmentSet } from './segment-set.ts';

export interface EvaluationRules extends ProfileRules {
  readonly segments: SegmentSet;
  /** The segments that see people under other merge policies. */
  readonly others?: readonly EvaluationRules[];
  /** The part of a profile that destinations are told besides memberships; a change of it must reach them. */
  mappedAttributes(profile: Profile): unknown;
  /** Whether a batch evaluation at `now` lets destinations hear of memberships that have waited for one so far. */
  releases?(realized: readonly string[], releasedAt: number | undefined, now: number): boolean;
}

/** `changed`: segments evaluated as streaming or edge, because something came in; `all`: the batch job. */
export type EvaluationScope = 'changed' | 'all';

/**
 * Evaluates every profile of an item. Pure: the same item, memberships and instant give the same answer. An opted-out
 * profile is in no segment, whatever the segment says about opt-outs (aep.md §5.4).
 * @param before the memberships so far, those of absorbed items included
 * @param now epoch ms
 * @param records what the segments look up; only needed where all of them are evaluated
 */
export function evaluateItem(
  item: ProfileItem,
  before: MembershipItem,
  rules: EvaluationRules,
  now: number,
  scope: EvaluationScope,
  records?: LookupRecords,
): MembershipItem {
  const own = evaluateUnder(item, before, rules, now, scope, records);
  const others = (rules.others ?? []).map((other) => evaluateUnder(item, before, other, now, scope, records));
  return others.reduce(joinPolicies, own);
}

/** What is held under two merge policies: other segments each, of profiles that may have the same key. */
function joinPolicies(item: MembershipItem, other: MembershipItem): MembershipItem {
  const profiles = { ...item.profiles };
  for (const [key, theirs] of Object.entries(other.profiles)) {
    const ours = profiles[key];
    const releasedAt = Math.max(ours?.releasedAt ?? 0, theirs.releasedAt ?? 0);
    profiles[key] = {
      segments: { ...ours?.segments, ...theirs.segments },
      digest: `${ours?.digest ?? ''}${theirs.digest}`,
      ...(releasedAt > 0 && { releasedAt }),
    };
  }
  const dueAt = Math.min(item.dueAt ?? Number.POSITIVE_INFINITY, other.dueAt ?? Number.POSITIVE_INFINITY);
  return { ...item, profiles, ...(Number.isFinite(dueAt) && { dueAt }) };
}

function evaluateUnder(
  item: ProfileItem,
  before: MembershipItem,
  rules: EvaluationRules,
  now: number,
  scope: EvaluationScope,
  records: LookupRecords | undefined,
): MembershipItem {
  const profiles: Record<IdentityKey, ProfileMemberships> = {};
  const missedSince = before.dueAt !== undefined && before.dueAt <= now ? before.dueAt - 1 : undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  for (const profile of profilesOf(item, rules)) {
    const held = profile.identities.map((key) => before.profiles[key]).filter((entry) => entry !== undefined);
    const { segments, nextChange } = evaluateProfile(profile, held, rules.segments, {
      now,
      missedSince,
      scope,
      records,
    });
    const memberships = Object.values(segments);
    dueAt = Math.min(dueAt, nextChange, ...memberships.map(forgottenAt));
    if (memberships.length === 0) continue;
    const releasedAt = releaseOf(held, segments, rules, now, scope);
    const digest = digestOf(profile, memberships, rules);
    profiles[profile.key] = { segments, digest, ...(releasedAt !== undefined && { releasedAt }) };
  }
  const { dueAt: _before, ...rest } = before;
  return { ...rest, root: item.root, profiles, ...(Number.isFinite(dueAt) && { dueAt }) };
}

function releaseOf(
  held: readonly ProfileMemberships[],
  segments: ProfileMemberships['segments'],
  rules: EvaluationRules,
  now: number,
  scope: EvaluationScope,
): number | undefined {
  const known = held.flatMap(({ releasedAt }) => releasedAt ?? []);
  const before = known.length > 0 ? Math.max(...known) : undefined;
  if (scope !== 'all') return before;
  const realized = Object.keys(segments).filter((id) => segments[id]!.status === 'realized');
  return rules.releases?.(realized, before, now) ? now : before;
}

interface Moment {
  readonly now: number;
  /** Since then time alone may have changed answers that nobody has looked at. */
  readonly missedSince: number | undefined;
  readonly scope: EvaluationScope;
  readonly records: LookupRecords | undefined;
}

function evaluateProfile(
  { view, optedOut }: Profile,
  held: readonly ProfileMemberships[],
  set: SegmentSet,
  moment: Moment,
): { segments: ProfileMemberships['segments']; nextChange: number } {
  const { now, scope, records } = moment;
  const look = set.look(view, records);
  const segments: Record<string, Membership> = {};
  const streamed = new Set(set.streamed);
  for (const id of set.ids) {
    const heldHere = heldIn(held, id);
    const wasMember = heldHere.some(({ status }) => status === 'realized');
    const standing = optedOut
      ? OUT
      : streamed.has(id)
        ? standingOf(look, id, wasMember, moment)
        : { isMember: scope === 'all' ? look.answer(id, now).isMember : wasMember };
    const membership = nextMembership(heldHere, standing, now);
    if (membership) segments[id] = membership;
  }
  return { segments, nextChange: optedOut ? Number.POSITIVE_INFINITY : look.nextChange(set.streamed, now) };
}

const OUT: Standing = { isMember: false };
const NONE: readonly Membership[] = [];

function heldIn(held: readonly ProfileMemberships[], id: string): readonly Membership[] {
  if (held.length === 1) {
    const only = held[0]!.segments[id];
    return only ? [only] : NONE;
  }
  return held.length === 0 ? NONE : held.flatMap(({ segments }) => segments[id] ?? []);
}

function standingOf(look: Look, id: string, wasMember: boolean, { now, missedSince }: Moment): Standing {
  if (missedSince === undefined) return { isMember: look.answer(id, now).isMember };
  const course = look.follow(id, missedSince, now);
  const { isMember, changedAt } = course;
  // Only where the course begins as was known, it says what happened to what was known.
  const hasReturned = changedAt !== undefined && isMember === wasMember && course.wasMember === wasMember;
  return { isMember, changedAt, hasReturned };
}

function digestOf(profile: Profile, memberships: readonly Membership[], rules: EvaluationRules): string {
  if (!memberships.some(({ status }) => status === 'realized')) return '';
  const told = stringify([profile.identities, rules.mappedAttributes(profile)]);
  return createHash('sha256').update(told).digest('base64url').slice(0, 10);
}

export interface EvaluateDeps extends Pausing {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly rules: EvaluationRules;
  readonly now: () => number;
  /** For segments that look records up: where all segments are evaluated, not only those that are streamed. */
  readonly lookups?: LookupReader;
}

/** The batch job that an evaluation belongs to. */
export interface BatchRun {
  readonly jobId: string;
  /** Whether all that changed the item has been streamed: then a streamed segment whose answer is another is a repair. */
  readonly isStreamed: boolean;
}

export interface EvaluateOptions {
  /** The item as it was a moment ago. */
  readonly image?: ProfileItem;
  /** Whether it is evaluated as the batch job does, all segments. @default as when something came in */
  readonly run?: BatchRun;
}

/**
 * Brings the memberships of one item up to date. A given image decides whether there is anything to do; what is then
 * written is decided by the item as it is stored now, so that an old image can do no harm.
 * @returns what has changed; of a batch job, all that this job has changed, however often it comes by
 */
export async function evaluate(
  root: IdentityKey,
  deps: EvaluateDeps,
  { image, run }: EvaluateOptions = {},
): Promise<MembershipChanges> {
  const look = async (given?: ProfileItem) => {
    const stored = await deps.memberships.get(root);
    if (isMoved(stored)) return { already: NO_CHANGES };
    const already = countedBefore(stored, run);
    const item = given ?? (await loadItem(root, deps.profiles));
    if (!item) return { already };
    const { item: before, taken } = await takeAbsorbed(
      stored ?? noMemberships(root),
      item.absorbed,
      deps.memberships,
      joinMemberships,
    );
    const records = run && (await lookedUp(item, deps));
    const now = deps.now();
    const after = evaluateItem(item, before, deps.rules, now, run ? 'all' : 'changed', records);
    if (taken.length === 0 && isUnchanged(before, after, now)) return { already };
    return { already, due: { after, taken, changes: changesBetween(before, after, streamedIn(deps.rules), now) } };
  };
  if (image) {
    const { already, due } = await look(image);
    if (!due) return already;
  }
  return retryOnConflict(async () => {
    const { already, due } = await look();
    if (!due) return already;
    const counted = run && addCounted(already, due.changes, run);
    await deps.memberships.write(counted ? { ...due.after, counted } : due.after, due.taken);
    return counted ?? due.changes;
  }, deps);
}

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

const streamedIn = ({ segments, others = [] }: EvaluationRules): Set<string> =>
  new Set([...segments.streamed, ...others.flatMap((other) => other.segments.streamed)]);

/** The records that the segments look up for the profiles of an item. */
async function lookedUp(item: ProfileItem, { rules, lookups }: EvaluateDeps): Promise<LookupRecords | undefined> {
  const policies = [rules, ...(rules.others ?? [])].filter(({ segments }) => segments.lookups.length > 0);
  if (policies.length === 0) return undefined;
  if (!lookups) throw new Error('Segments look up records of other entities; give the evaluation "lookups"');
  const views = policies.flatMap((policy) => profilesOf(item, policy).map(({ view }) => view));
  const relationships = policies.flatMap(({ segments }) => segments.lookups);
  return loadLookups(views, relationships, lookups);
}
