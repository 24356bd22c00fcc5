import type { Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
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
  /** The ways it went where there are several, so that a removal goes the same ones (Audience Manager). */
  readonly routes?: readonly string[];
}

export type DeliveryStateStore = VersionedStore<DeliveryStateItem>;

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

/** The delivery state of two items that became one. */
export function joinDeliveryStates(item: DeliveryStateItem, other: DeliveryStateItem): DeliveryStateItem {
  const destinations: Record<string, DestinationState> = { ...item.destinations };
  for (const [id, theirs] of Object.entries(other.destinations)) {
    const ours = destinations[id] ?? NOTHING_ROUTED;
    destinations[id] = {
      lastRouted: { ...theirs.lastRouted, ...ours.lastRouted },
      digests: { ...theirs.digests, ...ours.digests },
      excluded: {},
    };
  }
  const lastRevision = Math.max(item.lastRevision, other.lastRevision);
  return { ...item, lastRevision, destinations, pending: [...item.pending, ...other.pending] };
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
