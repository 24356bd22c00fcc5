import stringify from 'safe-stable-stringify';
import type { Governance } from '#core/governance/governance.ts';
import { type Redirect, takeMergedIn } from '#core/identity/versioned-store.ts';
import { type Backoff, ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import type { Lookup, ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect, type MembershipItem, type MembershipStore } from '#core/segmentation/membership.ts';
import { groupBy } from '#core/util/group-by.ts';
import type { IdentityActivation } from './activated-identities.ts';
import type { DestinationDefinition } from './definition.ts';
import {
  type DeliveryStateItem,
  type DeliveryStateStore,
  type DestinationState,
  joinDeliveryStates,
  NOTHING_ROUTED,
  noDeliveryState,
  withoutOldExits,
} from './delivery-state.ts';
import { activatedProfiles } from './desired.ts';
import type { AamDestination } from './destinations/aam/definition.ts';
import type { SharedSince } from './destinations/aam/first-use.ts';
import type { Decision, Routed } from './diff.ts';
import type { ExitGuard } from './exit-guard.ts';
import { type AudienceChanges, audienceChanges, behindGuard, type Guarded } from './guard.ts';
import { forEachMergePolicy, type MergePolicyProfiles, type MergePolicySegments } from './merge-policies.ts';
import { permitted } from './permitted.ts';
import type { Outbox, OutgoingDelivery } from './ports/outbox.ts';
import { isProfileDestination } from './registry.ts';
import { beforeResending, type Resend } from './resend.ts';
import { routeToAudienceManager } from './route-aam.ts';
import { routeToProfileDestination } from './route-profile.ts';
import { type Leaves, underGuard } from './under-guard.ts';

export interface RouteSettings extends ProfileSettings {
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  /** Which segments see people under which merge policy, the default one first; all under it where left out. */
  readonly policies?: readonly MergePolicySegments[];
  /** Since when Audience Manager is told about segments; nothing has to wait where it is omitted. */
  readonly sharedSince?: SharedSince;
  /** What policies and consents keep from destinations. */
  readonly governance?: Governance | undefined;
  /** Which identities of people destinations are told; all where it is omitted. */
  readonly activation?: IdentityActivation;
}

/**
 * What every destination has to be told about the people of one item: the difference between what it should have and
 * what it was told. Pure.
 */
export function routeItem(
  policyProfiles: readonly MergePolicyProfiles[],
  memberships: MembershipItem,
  before: DeliveryStateItem,
  settings: RouteSettings,
  decision: Decision,
  guarded?: Guarded,
): {
  deliveries: Routed['deliveries'][number][];
  after: DeliveryStateItem;
  exits: Readonly<Record<string, AudienceChanges>>;
} {
  const deliveries: Routed['deliveries'][number][] = [];
  const exits: Record<string, AudienceChanges> = {};
  const deliveryStates: Record<string, DestinationState> = { ...before.destinations };
  for (const destination of settings.destinations.values()) {
    const known = before.destinations[destination.id] ?? NOTHING_ROUTED;
    const wanted = isProfileDestination(destination)
      ? forEachMergePolicy(policyProfiles, known, (profiles, deliveryState, isOwn) => {
          const members = activatedProfiles(destination, profiles, memberships, isOwn, settings.activation);
          const { activated, excluded } = permitted(destination, members, settings.governance);
          const made = routeToProfileDestination(destination, activated, deliveryState, decision);
          return {
            ...made,
            deliveryState: { ...made.deliveryState, excluded: { ...made.deliveryState.excluded, ...excluded } },
          };
        })
      : routeShared(destination, policyProfiles[0]!.profiles, memberships, known, settings, decision);
    const { routed, leaving } = guarded
      ? behindGuard(destination, wanted, known, policyProfiles, guarded)
      : { routed: wanted };
    if (leaving) exits[destination.id] = leaving;
    deliveries.push(...routed.deliveries);
    const deliveryState = withoutOldExits(routed.deliveryState, decision.decidedAt);
    if (!isEmpty(deliveryState)) deliveryStates[destination.id] = deliveryState;
    else delete deliveryStates[destination.id];
  }
  return { deliveries, after: { ...before, lastRevision: decision.revision, destinations: deliveryStates }, exits };
}

/** The people of an item under each merge policy. Where there is no item any more everybody who was told hears of it. */
export const profilesIn = (item: ProfileItem | undefined, settings: RouteSettings): MergePolicyProfiles[] =>
  (settings.policies ?? [{ mergePolicy: settings.mergePolicy }]).map((policy) => ({
    policy,
    profiles: item ? profilesOf(item, { ...settings, mergePolicy: policy.mergePolicy }) : [],
  }));

/** Audience Manager is told of people as the default merge policy sees them, whatever the segment's own (aep.md §7.1). */
function routeShared(
  destination: AamDestination,
  profiles: readonly Profile[],
  memberships: MembershipItem,
  known: DestinationState,
  settings: RouteSettings,
  decision: Decision,
): Routed {
  const members = activatedProfiles(destination, profiles, memberships, undefined, settings.activation);
  const { activated, excluded } = permitted(destination, members, settings.governance);
  const made = routeToAudienceManager(destination, activated, known, decision, settings);
  return {
    ...made,
    deliveryState: { ...made.deliveryState, excluded: { ...made.deliveryState.excluded, ...excluded } },
  };
}

const isEmpty = ({ lastRouted, digests, excluded }: DestinationState): boolean =>
  [lastRouted, digests, excluded].every((part) => Object.keys(part).length === 0);

export interface RouteDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly deliveryStates: DeliveryStateStore;
  readonly outbox: Outbox;
  readonly settings: RouteSettings;
  /** Everything passes where it is omitted. */
  readonly guard?: ExitGuard | undefined;
  readonly now: () => number;
}

export interface RouteOptions {
  /** What is to be told again although it was told. */
  readonly resend?: Resend;
  /**
   * Whether whoever routes is given every change of the memberships, one after the other. Whoever is not looks again
   * whether they have changed while they were routed: that may have been taken for a change that makes no difference.
   * @default false
   */
  readonly inOrder?: boolean;
}

export interface RouteResult {
  readonly queued: number;
  /** Memberships that are not told, by reason, as far as this changed them. */
  readonly excluded: number;
  /** By destination, as far as it was concerned. */
  readonly destinations: Readonly<Record<string, RoutedTo>>;
}

export interface RoutedTo {
  /** Messages. */
  readonly queued: number;
  /** Reason → people who are left out from now on. */
  readonly excluded: Readonly<Record<string, number>>;
  /** By how much its audiences have become larger or smaller. */
  readonly audiences: AudienceChanges;
}

export const ROUTED_NOTHING: RouteResult = { queued: 0, excluded: 0, destinations: {} };

/**
 * Routes what changed under one root. The delivery state first says what is about to be told, then the messages are put on their
 * queues, then it says that they are: after a crash anywhere in between the same messages are sent again, so that
 * nothing is lost even if the membership has changed back by then. Sent twice within minutes, an ordered queue drops
 * them; files go by their revision.
 * @throws ConflictError when others went on writing first; Error of a delivery lane that took not all
 */
export async function route(
  canonicalKey: IdentityKey,
  deps: RouteDeps,
  options: RouteOptions = {},
): Promise<RouteResult> {
  const leaves: Leaves = new Map();
  let done = ROUTED_NOTHING;
  return retryOnConflict(async () => {
    const { routed, memberships } = await routeOnce(canonicalKey, deps, options, leaves);
    done = addRouted(done, routed);
    const isStale = memberships && !options.inOrder && (await hasChanged(memberships, deps.memberships));
    if (isStale) throw new ConflictError('memberships');
    return done;
  }, deps);
}

async function routeOnce(
  canonicalKey: IdentityKey,
  deps: RouteDeps,
  options: RouteOptions,
  leaves: Leaves,
): Promise<{
  readonly routed: RouteResult;
  /** Of which something was written. */
  readonly memberships?: MembershipItem;
}> {
  const { deliveryStates, outbox } = deps;
  const { resend } = options;
  // In this order: whoever decides later about the same item then knows no less than who decided before, and memberships
  // are never newer than the profiles they are of.
  const stored = await deliveryStates.get(canonicalKey);
  const memberships = await deps.memberships.get(canonicalKey);
  const found = (await deps.profiles.lookup([canonicalKey])).get(canonicalKey);
  // What moved is routed under the canonical identity it moved to, which has changed as well; what is to be told again moved
  // with it, perhaps before that was noted.
  if (isRedirect(stored))
    return options.resend ? routeOnce(stored.redirectTo, deps, options, leaves) : { routed: ROUTED_NOTHING };
  if (!isRoutable(memberships, found)) {
    if (resend && stored) await deliveryStates.write(beforeResending(stored, resend), []);
    return { routed: ROUTED_NOTHING };
  }
  const item = found && 'item' in found ? found.item : undefined;
  const parts: DeliveryStateItem[] = [stored ?? noDeliveryState(canonicalKey)];
  const joined = await takeMergedIn(parts[0]!, memberships.mergedIn, deliveryStates, (item, other) => {
    parts.push(other);
    return joinDeliveryStates(item, other);
  });
  // What an earlier decision left over goes first, and what still cannot be sent goes before what follows it.
  const leftOver = await sendEach(joined.item.pending, outbox);
  const before = { ...joined.item, pending: [] };
  const decision = { canonicalKey, revision: before.lastRevision + 1, decidedAt: deps.now() };
  const known = resend ? beforeResending(before, resend) : before;
  const policyProfiles = profilesIn(item, deps.settings);
  const { settings, guard } = deps;
  const guarded = { item, before: parts, governance: settings.governance };
  const routeWith = (held?: ReadonlySet<string>) =>
    routeItem(policyProfiles, memberships, known, settings, decision, held && { ...guarded, held });
  const { deliveries, after } = guard
    ? await underGuard(canonicalKey, routeWith, { guard, destinations: settings.destinations, leaves })
    : routeWith();
  const fresh = deliveries.map(({ laneId, delivery }) => ({ laneId, group: canonicalKey, delivery }));
  const isUnchanged = fresh.length === 0 && stringify(before.destinations) === stringify(after.destinations);
  if (isUnchanged && joined.taken.length === 0 && joined.item.pending.length === 0) return { routed: ROUTED_NOTHING };
  const pending = [...leftOver.unsent, ...fresh];
  await deliveryStates.write({ ...after, pending }, joined.taken);
  await sendPending({ ...after, pending }, deps);
  const excluded = countExcluded(after) - countExcluded(before);
  const destinations = byDestination(parts, before, after, deliveries);
  return { routed: { queued: fresh.length, excluded, destinations }, memberships };
}

/** What was routed by both of two decisions, one after the other. */
const addRouted = (a: RouteResult, b: RouteResult): RouteResult => ({
  queued: a.queued + b.queued,
  excluded: a.excluded + b.excluded,
  destinations: addRecords(a.destinations, b.destinations, (first, second) => ({
    queued: first.queued + second.queued,
    excluded: addRecords(first.excluded, second.excluded, (x, y) => x + y),
    audiences: addRecords(first.audiences, second.audiences, (x, y) => x + y),
  })),
});

function addRecords<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  add: (a: T, b: T) => T,
): Record<string, T> {
  const sum = { ...a };
  for (const [key, value] of Object.entries(b)) sum[key] = Object.hasOwn(a, key) ? add(a[key]!, value) : value;
  return sum;
}

/**
 * Whether an item can be routed now. What moved is routed under the root it moved to: that one has changed as well. The
 * people of a joined item are members as the evaluation of all of them says, and destinations knew them as the delivery
 * states of all of them say; until the memberships are joined neither is known, and when they are, it is routed.
 */
function isRoutable(
  memberships: MembershipItem | Redirect | undefined,
  found: Lookup | undefined,
): memberships is MembershipItem {
  if (!memberships || isRedirect(memberships)) return false;
  const { mergedIn } = memberships;
  if (!found) return true;
  return 'item' in found && found.item.mergedIn.every((each) => mergedIn.includes(each));
}

/** Whether memberships are others now; those that were taken into others are routed there. */
async function hasChanged({ canonicalKey, version }: MembershipItem, memberships: MembershipStore): Promise<boolean> {
  const stored = await memberships.get(canonicalKey);
  return stored !== undefined && !isRedirect(stored) && stored.version !== version;
}

/** Sends what the delivery state says is about to be routed, and writes down what was. */
async function sendPending(deliveryState: DeliveryStateItem, { deliveryStates, outbox }: RouteDeps): Promise<void> {
  const { pending, version } = deliveryState;
  if (pending.length === 0) return;
  const { unsent, error } = await sendEach(pending, outbox);
  if (unsent.length < pending.length)
    await deliveryStates.write({ ...deliveryState, pending: unsent, version: version + 1 }, []);
  if (error) throw error;
}

/** Sends to each delivery lane by itself, so that a queue that takes nothing keeps no other from its messages. */
async function sendEach(
  pending: readonly OutgoingDelivery[],
  outbox: Outbox,
): Promise<{ unsent: OutgoingDelivery[]; error?: Error }> {
  const unsent: OutgoingDelivery[] = [];
  let error: Error | undefined;
  for (const own of groupBy(pending, ({ laneId }) => laneId).values()) {
    try {
      await outbox.send(own);
    } catch (failure) {
      unsent.push(...own);
      error ??= failure as Error;
    }
  }
  return error ? { unsent, error } : { unsent };
}

const countExcluded = (deliveryState: DeliveryStateItem): number =>
  Object.values(deliveryState.destinations)
    .flatMap(({ excluded }) => Object.values(excluded))
    .reduce((sum, memberships) => sum + memberships.length, 0);

function byDestination(
  parts: readonly DeliveryStateItem[],
  before: DeliveryStateItem,
  after: DeliveryStateItem,
  deliveries: Routed['deliveries'],
): Readonly<Record<string, RoutedTo>> {
  const concerned: Record<string, RoutedTo> = {};
  const queued = groupBy(deliveries, ({ delivery }) => delivery.destinationId);
  for (const id of new Set([
    ...queued.keys(),
    ...Object.keys(before.destinations),
    ...Object.keys(after.destinations),
  ])) {
    const excluded = newlyExcluded(before.destinations[id], after.destinations[id]);
    const messages = queued.get(id)?.length ?? 0;
    const audiences = audienceChanges(id, parts, after.destinations[id] ?? NOTHING_ROUTED);
    const counts = [messages, ...[excluded, audiences].map((some) => Object.keys(some).length)];
    if (counts.some((count) => count > 0)) concerned[id] = { queued: messages, excluded, audiences };
  }
  return concerned;
}

/** Reason → people of whom memberships are left out that were not before. */
function newlyExcluded(before = NOTHING_ROUTED, after = NOTHING_ROUTED): Record<string, number> {
  const counts = Object.entries(after.excluded).map(([reason, memberships]) => {
    const known = new Set(before.excluded[reason]);
    const news = memberships.filter((membership) => !known.has(membership));
    return [reason, new Set(news.map((membership) => membership.slice(0, membership.lastIndexOf('|')))).size] as const;
  });
  return Object.fromEntries(counts.filter(([, policyProfiles]) => policyProfiles > 0));
}
