import {
  type DeliveryStateItem,
  type DestinationState,
  joinDeliveryStates,
  noDeliveryState,
} from '#core/activation/delivery-state.ts';
import { isKnown } from '#core/activation/diff.ts';
import { spellings } from '#core/activation/spellings.ts';
import { type ProjectDeps, projectEdgeProfile } from '#core/edge/project.ts';
import { type Redirect, type RemovableStore, takeMergedIn, type Versioned } from '#core/identity/versioned-store.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import { ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItems } from '#core/profile/load.ts';
import type { RemovableProfiles } from '#core/profile/ports/profile-store.ts';
import { emptyItem, identitiesIn, mergeIn, type ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect, type MembershipItem, noMemberships } from '#core/segmentation/membership.ts';
import { joinMemberships } from '#core/segmentation/membership-changes.ts';
import type { Erasure } from './erasure.ts';

export interface PurgeDeps extends ProjectDeps {
  readonly profiles: RemovableProfiles;
  readonly memberships: RemovableStore<MembershipItem>;
  readonly deliveryStates: RemovableStore<DeliveryStateItem>;
  readonly activityCounts: Pick<ActivityCounts, 'erase'>;
  /** Those of the catalog. */
  readonly destinations: ReadonlyMap<string, unknown>;
}

/** What a person who was erased has left in the keys of tables. */
interface Leaving {
  readonly theirs: ReadonlySet<IdentityKey>;
  /** As destinations know them. */
  readonly lastRouted: ReadonlySet<IdentityKey>;
  /** Epoch ms: until then messages may come that the delivery state has to contradict. */
  readonly until: number;
}

/**
 * Takes the keys of an erased person out of the tables: items and pointers of profiles, memberships, delivery states, what
 * they saw of activities, and what the edge knows. It waits until memberships and destinations have followed. Of a delivery state the key stays for as long as a message that
 * is older than the deletion may come again; it has no contents any more.
 * @returns whether nothing is left; otherwise it has to be called again, later
 */
export async function purgeKeys(
  { identities, linked = [] }: Pick<Erasure, 'identities' | 'linked'>,
  until: number,
  deps: PurgeDeps,
): Promise<boolean> {
  const leaving = {
    theirs: new Set(identities),
    lastRouted: new Set([...deps.destinations.values()].flatMap((each) => spellings(identities, each))),
    until,
  };
  const { items } = await loadItems(identities, deps.profiles);
  let isGone = true;
  for (const { canonicalKey } of items) {
    isGone = (await retryOnConflict(() => purgeItem(canonicalKey, leaving, deps), deps)) && isGone;
  }
  const { dangling } = await loadItems([...identities, ...linked], deps.profiles);
  for (const [key, redirectTo] of dangling) await deps.profiles.remove(key, { redirectTo });
  if (!isGone || (await deps.profiles.lookup(identities)).size > 0) return false;
  for (const key of identities) {
    const left = await deps.memberships.get(key);
    if (left && !(await deps.memberships.remove(key, left))) return false;
    await emptyDeliveryState(key, leaving, deps);
    await projectEdgeProfile(key, deps);
  }
  await deps.activityCounts.erase(identities);
  return true;
}

async function purgeItem(canonicalKey: IdentityKey, leaving: Leaving, deps: PurgeDeps): Promise<boolean> {
  const [item] = (await loadItems([canonicalKey], deps.profiles)).items;
  if (!item) return true;
  await takeOver(item, leaving, deps);
  if (!(await hasFollowed(item, leaving, deps))) return false;
  const others = othersIn(item, leaving.theirs);
  if (others.length === 0) return removeItem(item, leaving, deps);
  if (leaving.theirs.has(item.canonicalKey)) {
    await moveItem(item, others, deps);
    // Memberships and delivery states have to move as well.
    return false;
  }
  return leaveItem(item, leaving, deps);
}

/** What follows an item under a key of theirs is taken over here where nobody else had a reason to. */
async function takeOver(
  item: ProfileItem,
  { theirs }: Leaving,
  { memberships, deliveryStates }: PurgeDeps,
): Promise<void> {
  const canonicalKeys = item.mergedIn.filter((canonicalKey) => theirs.has(canonicalKey));
  if (canonicalKeys.length === 0) return;
  const members = (await memberships.get(item.canonicalKey)) ?? noMemberships(item.canonicalKey);
  if (!isRedirect(members)) {
    const joined = await takeMergedIn(members, canonicalKeys, memberships, joinMemberships);
    if (joined.taken.some(({ version }) => version > 0)) await memberships.write(joined.item, joined.taken);
  }
  const deliveryState = (await deliveryStates.get(item.canonicalKey)) ?? noDeliveryState(item.canonicalKey);
  if (isRedirect(deliveryState)) return;
  const joined = await takeMergedIn(deliveryState, canonicalKeys, deliveryStates, joinDeliveryStates);
  if (joined.taken.some(({ version }) => version > 0)) await deliveryStates.write(joined.item, joined.taken);
}

/** Whether nothing that follows the item says of the person what it said before. */
async function hasFollowed(item: ProfileItem, { lastRouted, theirs }: Leaving, deps: PurgeDeps): Promise<boolean> {
  for (const canonicalKey of [item.canonicalKey, ...item.mergedIn]) {
    const memberships = await deps.memberships.get(canonicalKey);
    const deliveryState = await deps.deliveryStates.get(canonicalKey);
    const isMergedIn = canonicalKey !== item.canonicalKey;
    // What was absorbed is taken over by whoever follows; until then it is another item's.
    if (
      isMergedIn &&
      theirs.has(canonicalKey) &&
      [memberships, deliveryState].some((each) => each && !isRedirect(each))
    )
      return false;
    if (memberships && !isRedirect(memberships) && hasMembers(memberships.profiles, theirs)) return false;
    if (deliveryState && !isRedirect(deliveryState) && isRouted(deliveryState, lastRouted, deps)) return false;
  }
  return true;
}

const hasMembers = (profiles: MembershipItem['profiles'], theirs: ReadonlySet<IdentityKey>): boolean =>
  Object.entries(profiles).some(([key, { segments }]) => theirs.has(key) && isRealized(segments));

const isRealized = (segments: Readonly<Record<string, { readonly status: string }>>): boolean =>
  Object.values(segments).some(({ status }) => status === 'realized');

/**
 * Whether something is still to be sent, or a destination may still have one of the keys in a segment. Nobody can tell one
 * that has left the catalog; the receipt says so.
 */
const isRouted = (
  { pending, destinations }: DeliveryStateItem,
  lastRouted: ReadonlySet<IdentityKey>,
  catalog: Pick<PurgeDeps, 'destinations'>,
): boolean =>
  pending.length > 0 ||
  Object.entries(destinations)
    .filter(([id]) => catalog.destinations.has(id))
    .flatMap(([, destination]) => Object.entries(destination.lastRouted))
    .some(
      ([key, segments]) => lastRouted.has(key) && Object.values(segments).some((entry) => !isKnown(entry, 'exited')),
    );

/** Identities of others in the item: its root counts where anything names it. */
function othersIn(item: ProfileItem, theirs: ReadonlySet<IdentityKey>): IdentityKey[] {
  const { canonicalKey } = item;
  const named = identitiesIn({ ...item, canonicalKey: '' });
  return [...named]
    .filter((key) => key !== '' && !theirs.has(key) && key !== canonicalKey)
    .concat(named.has(canonicalKey) && !theirs.has(canonicalKey) ? [canonicalKey] : [])
    .sort();
}

/** Nobody else is in the item. */
async function removeItem(item: ProfileItem, leaving: Leaving, deps: PurgeDeps): Promise<boolean> {
  for (const canonicalKey of [...item.mergedIn, item.canonicalKey]) {
    const memberships = await deps.memberships.get(canonicalKey);
    if (memberships && !(await deps.memberships.remove(canonicalKey, memberships)))
      throw new ConflictError('memberships');
    await emptyDeliveryState(canonicalKey, leaving, deps);
  }
  await removePointers([...leaving.theirs, ...item.mergedIn], item, deps);
  if (!(await deps.profiles.remove(item.canonicalKey, { item }))) throw new ConflictError('an item');
  return true;
}

/** Pointers to the item, to what it has absorbed, or to one of the keys themselves. */
async function removePointers(keys: readonly IdentityKey[], item: ProfileItem, deps: PurgeDeps): Promise<void> {
  const leadsHere = new Set([item.canonicalKey, ...item.mergedIn, ...keys]);
  for (const [key, lookup] of await deps.profiles.lookup([...new Set(keys)])) {
    if ('redirectTo' in lookup && leadsHere.has(lookup.redirectTo)) await deps.profiles.remove(key, lookup);
  }
}

async function emptyDeliveryState(
  canonicalKey: IdentityKey,
  { until }: Leaving,
  { deliveryStates }: PurgeDeps,
): Promise<void> {
  const deliveryState = await deliveryStates.get(canonicalKey);
  if (!deliveryState) return;
  const isEmpty =
    isRedirect(deliveryState) ||
    (Object.keys(deliveryState.destinations).length === 0 && deliveryState.mergedIn.length === 0);
  if (!isEmpty) await deliveryStates.write({ ...deliveryState, mergedIn: [], destinations: {}, pending: [] }, []);
  await deliveryStates.expire(canonicalKey, until);
}

/** The item lies under a key of the person, and others are in it: it moves under one of theirs. */
async function moveItem(item: ProfileItem, others: readonly IdentityKey[], deps: PurgeDeps): Promise<void> {
  const to = others.find((key) => !item.mergedIn.includes(key)) ?? others[0]!;
  if (item.mergedIn.includes(to)) await reopen(to, deps);
  const { profiles } = deps;
  const there = (await profiles.lookup([to])).get(to);
  if (there && 'redirectTo' in there && !(await profiles.remove(to, there))) throw new ConflictError('a pointer');
  const target = there && 'item' in there ? there.item : emptyItem(to);
  const joined = mergeIn(target, item);
  const mergedIn = joined.mergedIn.filter((key) => key !== to);
  await profiles.write({ item: { ...joined, mergedIn }, pointers: [], mergedIn: [item] });
}

/** An item was here before it was absorbed: what followed it says so, and must not any more. */
async function reopen(canonicalKey: IdentityKey, { memberships, deliveryStates }: PurgeDeps): Promise<void> {
  for (const store of [memberships, deliveryStates] as const) {
    const moved = await store.get(canonicalKey);
    if (isRedirect(moved)) await store.remove(canonicalKey, moved);
  }
}

/**
 * Others stay in the item; nothing in it, or of what follows it, names the person any more. Their pointers lead to it until
 * it was found so: whoever had read the item before may write once more what it was.
 */
async function leaveItem(item: ProfileItem, leaving: Leaving, deps: PurgeDeps): Promise<boolean> {
  const { theirs } = leaving;
  const isOther = (key: IdentityKey): boolean => !theirs.has(key);
  let isLeft = await leaveProfile(item, leaving, deps);
  const memberships = await deps.memberships.get(item.canonicalKey);
  if (memberships && !isRedirect(memberships)) isLeft = (await leaveMemberships(memberships, isOther, deps)) && isLeft;
  const deliveryState = await deps.deliveryStates.get(item.canonicalKey);
  if (deliveryState && !isRedirect(deliveryState))
    isLeft = (await leaveDeliveryState(deliveryState, leaving, deps)) && isLeft;
  for (const canonicalKey of item.mergedIn) await leaveMergedIn(canonicalKey, leaving, deps);
  if (isLeft) await removePointers([...theirs], item, deps);
  // Who is left in it leaves the copy for the edge too, whether its own reader has come to that or not.
  await projectEdgeProfile(item.canonicalKey, deps);
  return isLeft;
}

/** @returns whether it had absorbed nothing of theirs */
async function leaveProfile(item: ProfileItem, { theirs }: Leaving, { profiles }: PurgeDeps): Promise<boolean> {
  const lookups = await profiles.lookup([...identitiesIn(item), ...item.mergedIn]);
  for (const [key, lookup] of lookups) {
    if (!theirs.has(key) && 'redirectTo' in lookup && theirs.has(lookup.redirectTo))
      await profiles.repoint(key, lookup.redirectTo, item.canonicalKey);
  }
  const mergedIn = item.mergedIn.filter((key) => !theirs.has(key));
  if (mergedIn.length === item.mergedIn.length) return true;
  await profiles.write({ item: { ...item, mergedIn }, pointers: [], mergedIn: [] });
  return false;
}

/** What followed something that the item has absorbed. */
async function leaveMergedIn(canonicalKey: IdentityKey, leaving: Leaving, deps: PurgeDeps): Promise<void> {
  const { theirs } = leaving;
  const memberships = await deps.memberships.get(canonicalKey);
  const isTheirs = (item: Versioned | Redirect | undefined): boolean =>
    theirs.has(canonicalKey) || (isRedirect(item) && theirs.has(item.redirectTo));
  if (memberships && isTheirs(memberships)) await deps.memberships.remove(canonicalKey, memberships);
  if (isTheirs(await deps.deliveryStates.get(canonicalKey))) await emptyDeliveryState(canonicalKey, leaving, deps);
}

/** @returns whether it named nobody of them */
async function leaveMemberships(
  item: MembershipItem,
  isOther: (key: IdentityKey) => boolean,
  { memberships }: PurgeDeps,
): Promise<boolean> {
  const profiles = Object.entries(item.profiles).filter(([key]) => isOther(key));
  const mergedIn = item.mergedIn.filter(isOther);
  if (profiles.length === Object.keys(item.profiles).length && mergedIn.length === item.mergedIn.length) return true;
  await memberships.write({ ...item, mergedIn, profiles: Object.fromEntries(profiles) }, []);
  return false;
}

/** @returns whether it named nobody of them */
async function leaveDeliveryState(
  item: DeliveryStateItem,
  { lastRouted, theirs }: Leaving,
  { deliveryStates }: PurgeDeps,
): Promise<boolean> {
  const isOther = (key: IdentityKey): boolean => !lastRouted.has(key);
  const without = (destination: DestinationState): DestinationState => ({
    lastRouted: Object.fromEntries(Object.entries(destination.lastRouted).filter(([key]) => isOther(key))),
    digests: Object.fromEntries(Object.entries(destination.digests).filter(([key]) => isOther(key))),
    excluded: Object.fromEntries(
      Object.entries(destination.excluded).map(([reason, entries]) => [
        reason,
        entries.filter((entry) => isOther(entry.slice(0, entry.lastIndexOf('|')))),
      ]),
    ),
  });
  const destinations = Object.fromEntries(Object.entries(item.destinations).map(([id, each]) => [id, without(each)]));
  const mergedIn = item.mergedIn.filter((key) => !theirs.has(key));
  if (JSON.stringify([item.destinations, item.mergedIn]) === JSON.stringify([destinations, mergedIn])) return true;
  await deliveryStates.write({ ...item, mergedIn, destinations }, []);
  return false;
}
