import type { DestinationDefinition } from '#core/activation/definition.ts';
import {
  currentDeliveryState,
  type DeliveryStateItem,
  type DeliveryStateStore,
  type DestinationState,
  NOTHING_ROUTED,
  noDeliveryState,
} from '#core/activation/delivery-state.ts';
import type { DeliveryError } from '#core/activation/errors/delivery-error.ts';
import { HELD } from '#core/activation/guard.ts';
import { missingOf } from '#core/activation/mandatory.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import { profilesIn, type RouteSettings, routeItem } from '#core/activation/route.ts';
import { identitiesFor } from '#core/activation/route-profile.ts';
import { spellings } from '#core/activation/spellings.ts';
import type { Profile } from '#core/profile/profiles.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect, type Membership, type MembershipItem, noMemberships } from '#core/segmentation/membership.ts';
import type { AccessDeps } from './access.ts';
import { type FoundProfile, findProfile } from './find-profile.ts';

/**
 * What became of a membership at a destination: `routed`, it was sent or is on its queue; `toRoute`, it will be sent with the next
 * decision; `excluded`, for the reasons given; `notMember`; `removed`, the exit was sent; `toRemove`, the exit is not sent yet.
 */
export type DeliveryOutcome = 'routed' | 'toRoute' | 'excluded' | 'notMember' | 'removed' | 'toRemove';

export interface AudienceDelivery {
  readonly segmentId: string;
  readonly outcome: DeliveryOutcome;
  /** The membership as it was evaluated last; omitted for who never was a member. */
  readonly membership?: Membership;
  /** Why it is excluded: `policy:<id>`, `consent:<id>`, `noAcceptedIdentity`, `missingMandatoryAttribute`, `guard`, …, as `tributary status` counts them. */
  readonly reasons: readonly string[];
  /** What was routed last about each identity, as the destination is sent it. */
  readonly routed: readonly {
    readonly identity: IdentityKey;
    readonly status: 'realized' | 'exited';
    /** Epoch ms; omitted where an earlier release routed it. */
    readonly at?: number;
    /** Of Audience Manager: `edge:<region>`, `hub`. */
    readonly routes?: readonly string[];
  }[];
}

/** Why a person was or was not delivered to a destination (docs/destinations.md, "Why somebody is not there"). */
export interface DeliveryExplanation {
  readonly destinationId: string;
  readonly type: string;
  /** `off` where the catalog has `enabled: false`. */
  readonly state: 'on' | 'off';
  readonly profile: IdentityKey;
  readonly optedOut: boolean;
  /** Identities of the person as the destination accepts them; omitted where its type decides device by device. */
  readonly acceptedIdentities?: readonly IdentityKey[];
  /** Attributes without which it takes nobody, and which the person does not have. */
  readonly missingAttributes: readonly string[];
  /** Whether its guard holds back who would leave. */
  readonly isHeld: boolean;
  /** Messages about the person that are decided and not on their queue. */
  readonly unsent: number;
  readonly audiences: readonly AudienceDelivery[];
  /** What the destination said about the person, newest first, its words masked. */
  readonly errors: readonly DeliveryError[];
}

export interface ExplainDeliveryDeps extends Pick<AccessDeps, 'settings' | 'profiles' | 'memberships' | 'now'> {
  readonly deliveryStates: Pick<DeliveryStateStore, 'get'>;
  readonly route: RouteSettings;
  /** Whether the guard of the destination holds it. */
  readonly isHeld: boolean;
  /** What the destination has said about the person; see `DeliveryErrors`. */
  errorsOf(found: FoundProfile): Promise<readonly DeliveryError[]>;
}

/** A person, and what was routed of them. */
export interface RoutedPerson extends FoundProfile {
  readonly memberships: MembershipItem;
  readonly states: DeliveryStateItem;
}

/**
 * Why the person of an identity was or was not delivered to a destination. What would be routed now is decided by the very functions
 * that route, and nothing is written.
 * @returns undefined where nothing is known of the identity
 * @throws ConflictError when an item was moved meanwhile: to be asked again
 */
export async function explainDelivery(
  identity: IdentityKey,
  destination: DestinationDefinition,
  deps: ExplainDeliveryDeps,
): Promise<DeliveryExplanation | undefined> {
  const { settings, profiles } = deps;
  const key = await storedKey(identity, settings.normalForms, profiles);
  const found = await findProfile(key, settings.mergePolicy, deps);
  if (!found) return undefined;
  const person = await routedPerson(found, deps);
  const held = { isHeld: deps.isHeld, errors: await deps.errorsOf(found) };
  return deliveryOf(person, destination, deps, held);
}

/** What is stored of a person beside the profile, as far as deliveries are about it. */
export async function routedPerson(
  found: FoundProfile,
  deps: Pick<ExplainDeliveryDeps, 'memberships' | 'deliveryStates'>,
): Promise<RoutedPerson> {
  const { canonicalKey } = found.item;
  const stored = await deps.memberships.get(canonicalKey);
  const memberships = stored && !isRedirect(stored) ? stored : noMemberships(canonicalKey);
  const states = (await currentDeliveryState(canonicalKey, deps.deliveryStates)) ?? noDeliveryState(canonicalKey);
  return { ...found, memberships, states };
}

/** The same of a person who was found. */
export function deliveryOf(
  { item, profile, memberships, states: before }: RoutedPerson,
  destination: DestinationDefinition,
  { route, now }: Pick<ExplainDeliveryDeps, 'route' | 'now'>,
  { isHeld, errors }: Pick<DeliveryExplanation, 'isHeld' | 'errors'>,
): DeliveryExplanation {
  const known = before.destinations[destination.id] ?? NOTHING_ROUTED;
  const only = { ...route, destinations: new Map([[destination.id, destination]]) };
  const decision = { canonicalKey: item.canonicalKey, revision: before.lastRevision + 1, decidedAt: now };
  const { after } = routeItem(profilesIn(item, only), memberships, before, only, decision);
  const wanted = after.destinations[destination.id] ?? NOTHING_ROUTED;
  return {
    destinationId: destination.id,
    type: destination.type,
    state: destination.enabled ? 'on' : 'off',
    profile: profile.key,
    optedOut: profile.optedOut,
    ...acceptedBy(destination, profile, known),
    isHeld,
    unsent: before.pending.filter(({ delivery }) => delivery.destinationId === destination.id).length,
    audiences: destination.segments.map((id) => audienceOf(id, { destination, profile, memberships, known, wanted })),
    errors,
  };
}

/** What of a person the type of a destination asks for. */
function acceptedBy(
  destination: DestinationDefinition,
  profile: Profile,
  known: DestinationState,
): Pick<DeliveryExplanation, 'acceptedIdentities' | 'missingAttributes'> {
  if (!isProfileDestination(destination)) return { missingAttributes: [] };
  const type = typeOf(destination);
  return {
    acceptedIdentities: identitiesFor(type.identities(destination), profile, known).keys,
    missingAttributes: missingOf(type.mandatory(destination), profile.view),
  };
}

function audienceOf(
  segmentId: string,
  {
    destination,
    profile,
    memberships,
    known,
    wanted,
  }: {
    readonly destination: DestinationDefinition;
    readonly profile: Profile;
    readonly memberships: MembershipItem;
    readonly known: DestinationState;
    readonly wanted: DestinationState;
  },
): AudienceDelivery {
  const held = profile.identities.flatMap((key) => memberships.profiles[key]?.segments[segmentId] ?? []);
  const membership = held.find(({ status }) => status === 'realized') ?? held[0];
  const isMember = membership?.status === 'realized';
  const written = spellings(profile.identities, destination);
  const routed = written.flatMap((identity) => {
    const entry = known.lastRouted[identity]?.[segmentId];
    if (!entry) return [];
    const { status, routedAt, routes } = entry;
    return [{ identity, status, ...(routedAt !== undefined && { at: routedAt }), ...(routes && { routes }) }];
  });
  const reasons = reasonsOf(segmentId, profile, destination, known, wanted);
  const isThere = routed.some(({ status }) => status === 'realized');
  const isWanted = written.some((key) => wanted.lastRouted[key]?.[segmentId]?.status === 'realized');
  return {
    segmentId,
    outcome: outcomeOf({ isMember, isThere, isWanted, wasThere: routed.length > 0 }),
    ...(membership && { membership }),
    // What keeps out of it somebody who is in it says nothing of others.
    reasons: isMember || reasons.includes(HELD) ? reasons : [],
    routed,
  };
}

function outcomeOf(of: Readonly<Record<'isMember' | 'isThere' | 'isWanted' | 'wasThere', boolean>>): DeliveryOutcome {
  const { isMember, isThere, isWanted, wasThere } = of;
  if (isWanted) return isThere ? 'routed' : 'toRoute';
  if (isThere) return 'toRemove';
  if (isMember) return 'excluded';
  return wasThere ? 'removed' : 'notMember';
}

function reasonsOf(
  segmentId: string,
  { identities, optedOut }: Profile,
  { enabled }: DestinationDefinition,
  known: DestinationState,
  wanted: DestinationState,
): string[] {
  const own = new Set(identities.map((key) => `${key}|${segmentId}`));
  const among = (excluded: DestinationState['excluded']): string[] =>
    Object.entries(excluded).flatMap(([reason, who]) => (who.some((one) => own.has(one)) ? [reason] : []));
  const isHeld = known.excluded[HELD]?.some((one) => own.has(one));
  return [
    ...(enabled ? [] : ['disabled']),
    ...(optedOut ? ['optedOut'] : []),
    ...(isHeld ? [HELD] : []),
    ...among(wanted.excluded).filter((reason) => reason !== HELD),
  ];
}
