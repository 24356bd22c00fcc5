import { takeMergedIn } from '#core/identity/versioned-store.ts';
import { attributesOf, lastChange } from '#core/profile/fragment.ts';
import { datasetOfFragment, identityOfFragment } from '#core/profile/profile-item.ts';
import { eventsThatCount, profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect, nextMembership, noMemberships } from '#core/segmentation/membership.ts';
import { joinMemberships } from '#core/segmentation/membership-changes.ts';
import type { AccessDeps } from './access.ts';
import { selectFields } from './fields.ts';
import type { FoundProfile } from './find-profile.ts';

/** A profile as it is answered (aep.md §4.2). */
export interface EntityAnswer {
  readonly entityId: string;
  readonly mergePolicy: { readonly id: string };
  /** The datasets of its fragments, and of its events that some segment looks at. */
  readonly sources: readonly string[];
  readonly entity: Readonly<Record<string, unknown>>;
  /** ISO 8601: the time of its newest record. */
  readonly lastModifiedAt: string;
}

/**
 * The merged profile of an asked identity, with its memberships: each segment is evaluated under its own merge policy,
 * whichever is asked for.
 */
export async function entityOf(
  asked: { readonly entityId: string; readonly key: IdentityKey },
  { item, profile }: FoundProfile,
  request: { readonly fields?: readonly string[]; readonly mergePolicyId: string },
  deps: AccessDeps,
): Promise<EntityAnswer> {
  const { xEvent: _events, identityMap, ...attributes } = profile.view;
  const ups = await membershipsOf(asked.key, item, deps);
  const whole = {
    ...attributes,
    identityMap: lowerCaseKeys(identityMap as Readonly<Record<string, unknown[]>>),
    ...(Object.keys(ups).length > 0 && { segmentMembership: { ups } }),
  };
  const fragments = Object.entries(item.fragments).filter(
    ([key, fragment]) =>
      profile.identities.includes(identityOfFragment(key)) &&
      deps.settings.isActiveDataset?.(datasetOfFragment(key)) !== false &&
      attributesOf(fragment),
  );
  const events = profile.identities
    .flatMap((identity) => eventsThatCount(item.events[identity] ?? [], deps.settings.isActiveDataset))
    .filter(
      ({ datasetId, time }) => !((deps.settings.expiryOf(datasetId, time) ?? Number.POSITIVE_INFINITY) <= deps.now),
    );
  const newest = [...fragments.map(([, fragment]) => lastChange(fragment).time), ...events.map(({ time }) => time)];
  return {
    entityId: asked.entityId,
    mergePolicy: { id: request.mergePolicyId },
    sources: [
      ...new Set([...fragments.map(([key]) => datasetOfFragment(key)), ...events.map(({ datasetId }) => datasetId)]),
    ].sort(),
    entity: request.fields ? selectFields(whole, request.fields) : whole,
    lastModifiedAt: new Date(newest.reduce((latest, time) => Math.max(latest, time), 0)).toISOString(),
  };
}

/** Profile answers have the keys of `identityMap` in lower case (aep.md §1.2). */
function lowerCaseKeys(map: Readonly<Record<string, unknown[]>>): Record<string, unknown[]> {
  const lower = new Map<string, unknown[]>();
  for (const [code, values] of Object.entries(map)) {
    const key = code.toLowerCase();
    lower.set(key, [...(lower.get(key) ?? []), ...values]);
  }
  return Object.fromEntries(lower);
}

type Ups = Record<string, { readonly lastQualificationTime: string; readonly status: 'realized' | 'exited' }>;

/**
 * What the identity's profiles hold, each segment under its own merge policy, as the next evaluation would find it: an
 * exited membership is gone after 30 days (aep.md §1.4).
 */
export async function membershipsOf(
  key: IdentityKey,
  item: FoundProfile['item'],
  { memberships, settings, now }: AccessDeps,
): Promise<Ups> {
  const stored = await memberships.get(item.canonicalKey);
  if (isRedirect(stored)) return {};
  const known = stored ?? noMemberships(item.canonicalKey);
  const { item: joined } = await takeMergedIn(known, item.mergedIn, memberships, joinMemberships);
  const ups: [string, Ups[string]][] = [];
  for (const { mergePolicy, segments } of settings.policies) {
    const person = profilesOf(item, { ...settings, mergePolicy }).find(({ identities }) => identities.includes(key));
    const held = person?.identities.flatMap((identity) => joined.profiles[identity] ?? []) ?? [];
    for (const id of new Set(held.flatMap((one) => Object.keys(one.segments)))) {
      if (!segments.has(id)) continue;
      const before = held.flatMap((one) => one.segments[id] ?? []);
      const isMember = before.some(({ status }) => status === 'realized');
      const membership = nextMembership(before, { isMember }, now);
      if (!membership) continue;
      const { status, lastQualificationTime } = membership;
      ups.push([id, { lastQualificationTime: new Date(lastQualificationTime).toISOString(), status }]);
    }
  }
  return Object.fromEntries(ups.sort(([x], [y]) => (x < y ? -1 : 1)));
}
