import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import { isSynthetic, SMOKE } from '#core/identity/smoke.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import type { LookupRecords } from './lookups.ts';
import {
  type Entry,
  forgottenAt,
  type Membership,
  type MembershipItem,
  nextMembership,
  type ProfileMemberships,
  type Standing,
} from './membership.ts';
import type { Evaluator, SegmentSet } from './segment-set.ts';

export interface EvaluateSettings extends ProfileSettings {
  readonly segments: SegmentSet;
  /** The segments that see people under other merge policies. */
  readonly others?: readonly EvaluateSettings[];
  /** The part of a profile that destinations are told besides memberships; a change of it must reach them. */
  mappedAttributes(profile: Profile): unknown;
  /** What decides besides opt-outs whether destinations may know of somebody; a withdrawal of it must reach them. */
  permissions?(profile: Profile): unknown;
  /** Whether a batch evaluation at `now` lets destinations hear of memberships that have waited for one so far. */
  releases?(realized: readonly string[], releasedAt: number | undefined, now: number): boolean;
  /** Segments of which it is noted what made somebody a member: entries to them are told once, and never again. */
  readonly notedEntries?: ReadonlySet<string>;
  /** When members have to be routed anew although nothing has changed, because somebody forgets them. */
  readonly renewal?:
    | {
        /** Changes when it is time. */
        tick(profileKey: IdentityKey, realized: readonly string[], now: number): string;
        /** Epoch ms at which it changes next. */
        next(profileKey: IdentityKey, realized: readonly string[], now: number): number;
      }
    | undefined;
}

/** Data that has just come in, and is why an item is evaluated. */
export interface Arrival {
  /** Epoch ms at which the newest of it came in. */
  readonly at: number;
  /** Whether somebody of the item would have been in a segment without it. */
  wasIn(segmentId: string): boolean;
}

/** Why an item is evaluated, as far as that is known: data that has just come in, or the clock. */
export type Cause = Arrival | 'clock';

/** `changed`: segments evaluated as streaming or edge, because something came in; `all`: the batch job. */
export type EvaluationScope = 'changed' | 'all';

/**
 * Evaluates every profile of an item. Pure: the same item, memberships and instant give the same answer. An opted-out
 * profile is in no segment, whatever the segment says about opt-outs (aep.md §5.4); a synthetic one in that of smoke tests
 * only, where nobody else is.
 * @param before the memberships so far, those of absorbed items included
 * @param now epoch ms
 * @param records what the segments look up; only needed where all of them are evaluated
 * @param cause why it is evaluated, where that is known
 */
export function evaluateItem(
  item: ProfileItem,
  before: MembershipItem,
  settings: EvaluateSettings,
  now: number,
  scope: EvaluationScope,
  records?: LookupRecords,
  cause?: Cause,
): MembershipItem {
  const evaluateUnder = (policy: EvaluateSettings, seenAs?: (key: IdentityKey) => unknown): MembershipItem =>
    evaluateForPolicy(item, before, policy, { now, scope, records, cause, seenAs });
  const own = evaluateUnder(settings);
  const { others = [] } = settings;
  if (others.length === 0) return own;
  // Audience Manager is told of these memberships too, of people as the default policy sees them.
  const standard = profilesOf(item, settings);
  const seenAs = (key: IdentityKey): unknown =>
    standard
      .filter(({ identities }) => identities.includes(key))
      .map((profile) => [profile.identities, profile.optedOut, settings.mappedAttributes(profile)]);
  return others.map((other) => evaluateUnder(other, seenAs)).reduce(joinPolicies, own);
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

interface Evaluation extends Pick<Moment, 'now' | 'scope' | 'records' | 'cause'> {
  readonly seenAs: ((key: IdentityKey) => unknown) | undefined;
}

function evaluateForPolicy(
  item: ProfileItem,
  before: MembershipItem,
  settings: EvaluateSettings,
  { now, scope, records, cause, seenAs }: Evaluation,
): MembershipItem {
  const profiles: Record<IdentityKey, ProfileMemberships> = {};
  const missedSince = before.dueAt !== undefined && before.dueAt <= now ? before.dueAt - 1 : undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  for (const profile of profilesOf(item, settings)) {
    const held = profile.identities.map((key) => before.profiles[key]).filter((entry) => entry !== undefined);
    const { segments, nextChange } = evaluateProfile(profile, held, settings.segments, {
      now,
      missedSince,
      scope,
      records,
      cause,
      newDataAt: item.newData?.at,
      noted: settings.notedEntries ?? NOTHING_NOTED,
    });
    const memberships = Object.values(segments);
    dueAt = Math.min(dueAt, nextChange, ...memberships.map(forgottenAt));
    if (memberships.length === 0) continue;
    const realized = Object.keys(segments).filter((id) => segments[id]!.status === 'realized');
    dueAt = Math.min(dueAt, settings.renewal?.next(profile.key, realized, now) ?? Number.POSITIVE_INFINITY);
    const renewed = settings.renewal?.tick(profile.key, realized, now) ?? '';
    const releasedAt = releaseOf(held, segments, settings, now, scope);
    const digest = digestOf(profile, memberships, settings, renewed, seenAs);
    profiles[profile.key] = { segments, digest, ...(releasedAt !== undefined && { releasedAt }) };
  }
  const { dueAt: _before, ...rest } = before;
  return { ...rest, canonicalKey: item.canonicalKey, profiles, ...(Number.isFinite(dueAt) && { dueAt }) };
}

function releaseOf(
  held: readonly ProfileMemberships[],
  segments: ProfileMemberships['segments'],
  settings: EvaluateSettings,
  now: number,
  scope: EvaluationScope,
): number | undefined {
  const known = held.flatMap(({ releasedAt }) => releasedAt ?? []);
  const before = known.length > 0 ? Math.max(...known) : undefined;
  if (scope !== 'all') return before;
  const realized = Object.keys(segments).filter((id) => segments[id]!.status === 'realized');
  return settings.releases?.(realized, before, now) ? now : before;
}

interface Moment {
  readonly now: number;
  /** Since then time alone may have changed answers that nobody has looked at. */
  readonly missedSince: number | undefined;
  readonly scope: EvaluationScope;
  readonly records: LookupRecords | undefined;
  readonly cause: Cause | undefined;
  /** Epoch ms at which data last came in that changed the item. */
  readonly newDataAt: number | undefined;
  readonly noted: ReadonlySet<string>;
}

const NOTHING_NOTED: ReadonlySet<string> = new Set();

/** What made somebody a member who is one now, as far as anybody can tell. */
function entryOf(
  id: string,
  { isMember, changedAt }: Standing,
  wasMember: boolean,
  { noted, cause }: Moment,
): Entry | undefined {
  if (!noted.has(id) || !isMember || wasMember) return undefined;
  // What would not be so without the data is the data's, also where it is so from an instant on that time had to reach.
  if (cause && cause !== 'clock' && !cause.wasIn(id)) return { by: 'data', at: cause.at };
  return changedAt === undefined ? undefined : { by: 'time', at: changedAt };
}

/** By then whoever is given the changes of an item has evaluated them, or has given up. */
const FOLLOWED_MS = HOUR_MS;

/**
 * Whether an entry that the clock finds is left to the evaluation of data that has come in just before, which alone can say
 * whether the data made it: what time made alone, and what nobody evaluates any more, is not.
 */
function isLeftToData(
  id: string,
  { isMember, changedAt }: Standing,
  view: Profile['view'],
  set: SegmentSet,
  { now, cause, newDataAt, noted }: Moment,
): boolean {
  if (cause !== 'clock' || !isMember || !noted.has(id)) return false;
  if (newDataAt === undefined || newDataAt <= now - FOLLOWED_MS) return false;
  if (changedAt === undefined) return true;
  if (newDataAt < changedAt) return false;
  const earlier = { ...view, xEvent: view.xEvent.filter(({ time }) => time < changedAt) };
  return !set.evaluator(earlier).answer(id, changedAt).isMember;
}

function evaluateProfile(
  { view, optedOut, identities }: Profile,
  held: readonly ProfileMemberships[],
  set: SegmentSet,
  moment: Moment,
): { segments: ProfileMemberships['segments']; nextChange: number } {
  const { now, scope, records } = moment;
  const evaluator = set.evaluator(view, records);
  const segments: Record<string, Membership> = {};
  const streamed = new Set(set.streamed);
  const isTest = isSynthetic(identities);
  const evaluated = (id: string, wasMember: boolean): Standing => {
    if (optedOut || isTest !== (id === SMOKE.segment)) return OUT;
    if (!streamed.has(id)) return { isMember: scope === 'all' ? evaluator.answer(id, now).isMember : wasMember };
    const standing = standingOf(evaluator, id, wasMember, moment);
    return !wasMember && isLeftToData(id, standing, view, set, moment) ? OUT : standing;
  };
  for (const id of set.ids) {
    const heldHere = heldIn(held, id);
    const wasMember = heldHere.some(({ status }) => status === 'realized');
    const standing = evaluated(id, wasMember);
    const membership = nextMembership(heldHere, standing, now, entryOf(id, standing, wasMember, moment));
    if (membership) segments[id] = membership;
  }
  return { segments, nextChange: optedOut ? Number.POSITIVE_INFINITY : evaluator.nextChange(set.streamed, now) };
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

function standingOf(evaluator: Evaluator, id: string, wasMember: boolean, { now, missedSince }: Moment): Standing {
  if (missedSince === undefined) return { isMember: evaluator.answer(id, now).isMember };
  const transitions = evaluator.transitions(id, missedSince, now);
  const { isMember, changedAt } = transitions;
  // Only where the course begins as was known, it says what happened to what was known.
  const hasReturned = changedAt !== undefined && isMember === wasMember && transitions.wasMember === wasMember;
  return { isMember, changedAt, hasReturned };
}

function digestOf(
  profile: Profile,
  memberships: readonly Membership[],
  settings: EvaluateSettings,
  renewed: string,
  seenAs?: (key: IdentityKey) => unknown,
): string {
  const isMember = memberships.some(({ status }) => status === 'realized');
  // Who has left may still be known as a member somewhere, because a guard holds the exit back: not against their will.
  const permissions = profile.optedOut ? 'optedOut' : settings.permissions?.(profile);
  if (!isMember && permissions === undefined) return '';
  const others = [...(seenAs ? [seenAs(profile.key)] : []), ...(renewed === '' ? [] : [renewed])];
  const lastRouted = stringify(
    isMember ? [profile.identities, settings.mappedAttributes(profile), ...others] : [permissions],
  );
  return createHash('sha256').update(lastRouted).digest('base64url').slice(0, 10);
}
