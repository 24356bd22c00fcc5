import { type Backoff, ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { sameValue } from '#core/util/same-value.ts';
import type { EdgeEntry, EdgeProfileStore, StoredEdgeEntry } from './ports/edge-profile-store.ts';
import { type EdgeProjection, projectItem, type StoredMemberships } from './projection.ts';

export interface ProjectDeps extends Backoff {
  readonly profiles: Pick<ProfileStore, 'lookup'>;
  readonly memberships: Pick<MembershipStore, 'get'>;
  readonly edgeProfiles: EdgeProfileStore;
  /** Undefined where nobody is projected: what there is of somebody is deleted. */
  readonly projection: EdgeProjection | undefined;
}

/**
 * Brings what the edge knows under an identity's key up to date with what is stored of its profile item: the projection of
 * the item, with redirects to it under its other identities, or nothing. It may be called for any key, any number of times,
 * by several at once (docs/architecture.md, "Edge profiles"): each entry is written only if it is as it was before its
 * sources were read, so an older state never replaces a newer one. Nothing is written where nothing has changed.
 */
export const projectEdgeProfile = (key: IdentityKey, deps: ProjectDeps): Promise<void> =>
  retryOnConflict(() => tryProject(key, deps), deps);

async function tryProject(key: IdentityKey, deps: ProjectDeps): Promise<void> {
  const stored = await deps.edgeProfiles.get(key);
  const wanted = await entryFor(key, deps);
  // The redirects first: then the item says of which identities there are any.
  for (const other of differing(identitiesOf(stored?.entry), identitiesOf(wanted))) {
    if (other !== key) await retryOnConflict(() => redirect(other, deps), deps);
  }
  await put(key, stored, wanted, deps);
}

/** What ought to lie under a key now. */
async function entryFor(key: IdentityKey, deps: ProjectDeps): Promise<EdgeEntry | undefined> {
  const { profiles, memberships, projection } = deps;
  if (!projection) return undefined;
  const [item] = (await loadItems([key], profiles)).items;
  if (!item) return undefined;
  if (item.canonicalKey !== key) return redirectTo(item, projection);
  const projected = projectItem(item, await memberships.get(key), projection);
  return projected.profiles.length > 0 ? projected : undefined;
}

/** An identity that has come to an item, or has left one. What lies under it is nothing, or a redirect; an item has its own change. */
async function redirect(key: IdentityKey, deps: ProjectDeps): Promise<void> {
  const stored = await deps.edgeProfiles.get(key);
  const { projection, profiles } = deps;
  const [item] = projection ? (await loadItems([key], profiles)).items : [];
  if (item?.canonicalKey === key) return;
  await put(key, stored, item && projection ? redirectTo(item, projection) : undefined, deps);
}

/** To an item that nobody is in nothing leads. */
const redirectTo = (item: ProfileItem, { profile }: EdgeProjection): EdgeEntry | undefined =>
  profilesOf(item, profile).length > 0 ? { redirectTo: item.canonicalKey } : undefined;

async function put(
  key: IdentityKey,
  stored: StoredEdgeEntry | undefined,
  wanted: EdgeEntry | undefined,
  { edgeProfiles, profiles }: ProjectDeps,
): Promise<void> {
  if (!wanted) {
    if (stored) await edgeProfiles.remove(key, stored.version);
    return;
  }
  if (stored && sameValue(stored.entry, wanted)) return;
  await edgeProfiles.write(key, wanted, stored?.version);
  // Whoever deletes a person may have looked before there was anything: then nobody would come again.
  if (!stored && (await profiles.lookup([key])).size === 0) throw new ConflictError('a profile');
}

const identitiesOf = (entry: EdgeEntry | undefined): readonly IdentityKey[] =>
  entry && 'profiles' in entry ? entry.identities : [];

function differing(before: readonly IdentityKey[], after: readonly IdentityKey[]): IdentityKey[] {
  const [old, wanted] = [new Set(before), new Set(after)];
  return [...after.filter((key) => !old.has(key)), ...before.filter((key) => !wanted.has(key))];
}

/** What there is of one item before and after a change. */
export interface SeenChange {
  readonly before: ProfileItem | undefined;
  readonly after: ProfileItem;
}

/** Whether a change of an item cannot be seen at the edge: then nothing has to be read. */
export const looksSame = ({ before, after }: SeenChange, projection: EdgeProjection | undefined): boolean =>
  !projection ||
  (before !== undefined &&
    sameValue(projectItem(before, undefined, projection), projectItem(after, undefined, projection)));

/** The same of a change of memberships. */
export function sameMembers(
  before: StoredMemberships,
  after: StoredMemberships,
  projection: EdgeProjection | undefined,
): boolean {
  if (!before || !after || !projection) return !projection;
  if ('redirectTo' in before || 'redirectTo' in after) return false;
  const seen = ({ profiles }: typeof before) =>
    Object.entries(profiles).flatMap(([key, { segments }]) =>
      Object.entries(segments).flatMap(([id, { status }]) =>
        status === 'realized' && projection.asked.has(id) ? [`${key}|${id}`] : [],
      ),
    );
  return sameValue(seen(before).sort(), seen(after).sort());
}
