import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/identity/identity.ts';
import { ConflictError, type ProfileStore } from '#core/ports/profile-store.ts';
import { takeAbsorbed } from '#core/ports/versioned-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, type ProfileRules, profilesOf } from '#core/profile/profiles.ts';
import {
  isMoved,
  type MembershipItem,
  type MembershipStore,
  nextMembership,
  noMemberships,
  type ProfileMemberships,
} from './membership.ts';
import type { SegmentSet } from './segment-set.ts';

export interface EvaluationRules extends ProfileRules {
  readonly segments: SegmentSet;
  /** The part of a profile that destinations are told besides memberships; a change of it must reach them. */
  mappedAttributes(profile: Profile): unknown;
  /** Whether a batch evaluation at `now` lets destinations hear of memberships that have waited for one so far. */
  releases?(realized: readonly string[], releasedAt: number | undefined, now: number): boolean;
}

/** `changed`: segments evaluated as streaming or edge, because something came in; `all`: the batch job. */
export type EvaluationScope = 'changed' | 'all';

/**
 * Evaluates every profile of an item. Pure: the same item, memberships and instant give the same answer.
 * @param before the memberships so far, those of absorbed items included
 * @param now epoch ms
 */
export function evaluateItem(
  item: ProfileItem,
  before: MembershipItem,
  rules: EvaluationRules,
  now: number,
  scope: EvaluationScope,
): MembershipItem {
  const profiles: Record<IdentityKey, ProfileMemberships> = {};
  let dueAt = Number.POSITIVE_INFINITY;
  for (const profile of profilesOf(item, rules)) {
    const held = profile.identities.map((key) => before.profiles[key]).filter((entry) => entry !== undefined);
    const answers = rules.segments.evaluate(profile.view, now);
    const segments: Record<string, ProfileMemberships['segments'][string]> = {};
    for (const id of rules.segments.ids) {
      const heldHere = held.map((entry) => entry.segments[id]);
      const answer =
        scope === 'changed' && rules.segments.plans.get(id)?.method === 'batch'
          ? heldHere.some((membership) => membership?.status === 'realized')
          : answers.get(id) === true;
      const membership = nextMembership(heldHere, answer && !profile.optedOut, now);
      if (membership) segments[id] = membership;
    }
    dueAt = Math.min(dueAt, rules.segments.nextChange(profile.view, now) ?? Number.POSITIVE_INFINITY);
    if (Object.keys(segments).length > 0) {
      const releasedAt = releaseOf(held, segments, rules, now, scope);
      const digest = digestOf(profile, segments, rules);
      profiles[profile.key] = { segments, digest, ...(releasedAt !== undefined && { releasedAt }) };
    }
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

function digestOf(profile: Profile, segments: ProfileMemberships['segments'], rules: EvaluationRules): string {
  if (!Object.values(segments).some(({ status }) => status === 'realized')) return '';
  const told = stringify([profile.identities, rules.mappedAttributes(profile)]);
  return createHash('sha256').update(told).digest('base64url').slice(0, 10);
}

export interface EvaluateDeps {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly rules: EvaluationRules;
  readonly now: () => number;
  pause(attempt: number): Promise<void>;
}

export interface EvaluationResult {
  readonly entered: number;
  readonly exited: number;
}

const NOTHING: EvaluationResult = { entered: 0, exited: 0 };
const ATTEMPTS = 8;

/**
 * Brings the memberships of one item up to date. A given image decides whether there is anything to do; what is then
 * written is decided by the item as it is stored now, so that an old image can do no harm.
 */
export async function evaluate(
  root: IdentityKey,
  deps: EvaluateDeps,
  options: { readonly image?: ProfileItem; readonly scope?: EvaluationScope } = {},
): Promise<EvaluationResult> {
  const { scope = 'changed' } = options;
  let image = options.image;
  for (let attempt = 1; ; attempt++) {
    const stored = await deps.memberships.get(root);
    if (isMoved(stored)) return NOTHING;
    const item = image ?? (await readItem(root, deps.profiles));
    if (!item) return NOTHING;
    const { item: before, taken } = await takeAbsorbed(
      stored ?? noMemberships(root),
      item.absorbed,
      deps.memberships,
      joinMemberships,
    );
    const after = evaluateItem(item, before, deps.rules, deps.now(), scope);
    if (taken.length === 0 && isSame(stored ?? noMemberships(root), after)) return NOTHING;
    if (image) {
      image = undefined;
      continue;
    }
    try {
      await deps.memberships.write(after, taken);
      return changesBetween(before, after);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt >= ATTEMPTS) throw error;
      await deps.pause(attempt);
    }
  }
}

async function readItem(root: IdentityKey, profiles: ProfileStore): Promise<ProfileItem | undefined> {
  const found = (await profiles.lookup([root])).get(root);
  return found && 'item' in found ? found.item : undefined;
}

const joinMemberships = (item: MembershipItem, other: MembershipItem): MembershipItem => ({
  ...item,
  profiles: { ...other.profiles, ...item.profiles },
});

function isSame(x: MembershipItem, y: MembershipItem): boolean {
  return x.dueAt === y.dueAt && stringify(x.profiles) === stringify(y.profiles);
}

function changesBetween(before: MembershipItem, after: MembershipItem): EvaluationResult {
  const [held, holds] = [realizedIn(before), realizedIn(after)];
  return { entered: holds.difference(held).size, exited: held.difference(holds).size };
}

const realizedIn = (item: MembershipItem): Set<string> =>
  new Set(
    Object.entries(item.profiles).flatMap(([key, { segments }]) =>
      Object.entries(segments).flatMap(([id, { status }]) => (status === 'realized' ? [`${key}\u0000${id}`] : [])),
    ),
  );
