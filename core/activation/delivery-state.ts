import type { Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { OutgoingDelivery } from './ports/outbox.ts';

/**
 * What each destination was last told about the identities of one profile item. The difference to what it should have
 * is what is sent, so a destination converges after a merge, a split, a change of consent or a replay.
 */
export interface DeliveryStateItem extends Versioned {
  /** Of the last decision about any of the item's people. */
  readonly lastRevision: number;
  readonly destinations: Readonly<Record<string, DestinationState>>;
  /**
   * Messages that `destinations` already takes for told and that may not be on their queues yet. Whoever finds some
   * sends them before anything else.
   */
  readonly pending: readonly OutgoingDelivery[];
}

export interface DestinationState {
  readonly lastRouted: Readonly<Record<IdentityKey, Readonly<Record<string, LastRouted>>>>;
  /** By profile key: what the destination last got besides memberships. */
  readonly digests: Readonly<Record<IdentityKey, string>>;
  /** Memberships that are not told at present, by reason: `profile key|segment`. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
}

export interface LastRouted {
  readonly status: 'realized' | 'exited';
  /** Epoch ms, the membership's. */
  readonly lastQualificationTime: number;
  /** Epoch ms at which it was decided to tell it. */
  readonly routedAt?: number;
  /** Of the decision: what is decided later about an identity has the larger one, whatever items it comes to lie in. */
  readonly revision?: number;
  /** The ways it went where there are several, so that a removal goes the same ones (Audience Manager). */
  readonly routes?: readonly string[];
  /** It may not be what the destination knows, and is told again with the next decision. */
  readonly again?: true;
  /** The instant (epoch ms) of an entry whose message was not sent: with the next decision it is told as an entry. */
  readonly untold?: number;
}

export type DeliveryStateStore = VersionedStore<DeliveryStateItem>;

/** The delivery state under a canonical identity, or that of the item that has taken it in. */
export async function currentDeliveryState(
  canonicalKey: IdentityKey,
  deliveryStates: Pick<DeliveryStateStore, 'get'>,
): Promise<DeliveryStateItem | undefined> {
  const stored = await deliveryStates.get(canonicalKey);
  return isRedirect(stored) ? currentDeliveryState(stored.redirectTo, deliveryStates) : stored;
}

/** The delivery state of a profile item of which nothing was routed yet. */
export const noDeliveryState = (canonicalKey: IdentityKey): DeliveryStateItem => ({
  canonicalKey,
  version: 0,
  mergedIn: [],
  lastRevision: 0,
  destinations: {},
  pending: [],
});

export const NOTHING_ROUTED: DestinationState = { lastRouted: {}, digests: {}, excluded: {} };

/**
 * The delivery state of two items that became one, each identity and segment by itself: an identity that both know has
 * of each segment what was decided last.
 */
export function joinDeliveryStates(item: DeliveryStateItem, other: DeliveryStateItem): DeliveryStateItem {
  const destinations: Record<string, DestinationState> = { ...item.destinations };
  for (const [id, theirs] of Object.entries(other.destinations)) {
    const ours = destinations[id] ?? NOTHING_ROUTED;
    destinations[id] = {
      lastRouted: joinRecords(ours.lastRouted, theirs.lastRouted, (a, b) => joinRecords(a, b, lastRouted)),
      digests: { ...theirs.digests, ...ours.digests },
      excluded: {},
    };
  }
  const lastRevision = Math.max(item.lastRevision, other.lastRevision);
  return { ...item, lastRevision, destinations, pending: [...item.pending, ...other.pending] };
}

function joinRecords<T>(
  ours: Readonly<Record<string, T>>,
  theirs: Readonly<Record<string, T>>,
  join: (ours: T, theirs: T) => T,
): Record<string, T> {
  const joined: Record<string, T> = { ...theirs };
  for (const [key, value] of Object.entries(ours)) {
    joined[key] = Object.hasOwn(theirs, key) ? join(value, theirs[key]!) : value;
  }
  return joined;
}

/** Where both are of one instant, the membership: to remove what is not there does no harm, to leave it does. */
function lastRouted(a: LastRouted, b: LastRouted): LastRouted {
  const [atA, atB] = [a, b].map(({ routedAt, lastQualificationTime }) => routedAt ?? lastQualificationTime) as [
    number,
    number,
  ];
  const last = atA === atB ? (a.status === 'realized' ? a : b) : atA > atB ? a : b;
  const routes = [...new Set([...(a.routes ?? []), ...(b.routes ?? [])])];
  return {
    ...last,
    ...(routes.length > 0 && { routes }),
    ...((a.again || b.again) && { again: true }),
    ...untoldOf(a, b),
  };
}

function untoldOf(a: LastRouted, b: LastRouted): Pick<LastRouted, 'untold'> {
  const untold = a.untold ?? b.untold;
  return untold === undefined ? {} : { untold };
}

/** Nothing older comes back: messages and dead letters live 14 days. */
const EXITED_KEPT_MS = 30 * DAY_MS;

/**
 * The delivery state without what has long been over: an identity whose exit was routed that long ago is as good as unknown.
 * @param now epoch ms
 */
export function withoutOldExits(deliveryState: DestinationState, now: number): DestinationState {
  const isOld = ({ status, lastQualificationTime, routedAt }: LastRouted): boolean =>
    status === 'exited' && now - Math.max(routedAt ?? 0, lastQualificationTime) > EXITED_KEPT_MS;
  if (!Object.values(deliveryState.lastRouted).some((segments) => Object.values(segments).some(isOld)))
    return deliveryState;
  const lastRouted = Object.entries(deliveryState.lastRouted).flatMap(([key, segments]) => {
    const kept = Object.entries(segments).filter(([, entry]) => !isOld(entry));
    return kept.length > 0 ? [[key, Object.fromEntries(kept)] as const] : [];
  });
  return { ...deliveryState, lastRouted: Object.fromEntries(lastRouted) };
}
