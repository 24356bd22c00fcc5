import type { Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { OutgoingDelivery } from './ports/outbox.ts';

/**
 * What each destination was last told about the identities of one profile item. The difference to what it should have
 * is what is sent, so a destination converges after a merge, a split, a change of consent or a replay.
 */
export interface LedgerItem extends Versioned {
  /** Of the last decision about any of the item's people. */
  readonly lastRevision: number;
  readonly destinations: Readonly<Record<string, DestinationLedger>>;
  /**
   * Messages that `destinations` already takes for told and that may not be on their queues yet. Whoever finds some
   * sends them before anything else.
   */
  readonly pending: readonly OutgoingDelivery[];
}

export interface DestinationLedger {
  readonly told: Readonly<Record<IdentityKey, Readonly<Record<string, Told>>>>;
  /** By profile key: what the destination last got besides memberships. */
  readonly digests: Readonly<Record<IdentityKey, string>>;
  /** Memberships that are not told at present, by reason: `profile key|segment`. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
}

export interface Told {
  readonly status: 'realized' | 'exited';
  /** Epoch ms, the membership's. */
  readonly lastQualificationTime: number;
  /** Epoch ms at which it was decided to tell it. */
  readonly toldAt?: number;
  /** The ways it went where there are several, so that a removal goes the same ones (Audience Manager). */
  readonly via?: readonly string[];
}

export type LedgerStore = VersionedStore<LedgerItem>;

export const noLedger = (root: IdentityKey): LedgerItem => ({
  root,
  version: 0,
  absorbed: [],
  lastRevision: 0,
  destinations: {},
  pending: [],
});

export const NOTHING_TOLD: DestinationLedger = { told: {}, digests: {}, excluded: {} };

/** The ledger of two items that became one. */
export function joinLedgers(item: LedgerItem, other: LedgerItem): LedgerItem {
  const destinations: Record<string, DestinationLedger> = { ...item.destinations };
  for (const [id, theirs] of Object.entries(other.destinations)) {
    const ours = destinations[id] ?? NOTHING_TOLD;
    destinations[id] = {
      told: { ...theirs.told, ...ours.told },
      digests: { ...theirs.digests, ...ours.digests },
      excluded: {},
    };
  }
  const lastRevision = Math.max(item.lastRevision, other.lastRevision);
  return { ...item, lastRevision, destinations, pending: [...item.pending, ...other.pending] };
}

/** Nothing older comes back: messages and dead letters live 14 days. */
const EXITED_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** The ledger without what has long been over: an identity that was told an exit that long ago is as good as unknown. */
export function withoutOldExits(ledger: DestinationLedger, now: number): DestinationLedger {
  const isOld = ({ status, lastQualificationTime, toldAt }: Told): boolean =>
    status === 'exited' && now - Math.max(toldAt ?? 0, lastQualificationTime) > EXITED_KEPT_MS;
  if (!Object.values(ledger.told).some((segments) => Object.values(segments).some(isOld))) return ledger;
  const told = Object.entries(ledger.told).flatMap(([key, segments]) => {
    const kept = Object.entries(segments).filter(([, entry]) => !isOld(entry));
    return kept.length > 0 ? [[key, Object.fromEntries(kept)] as const] : [];
  });
  return { ...ledger, told: Object.fromEntries(told) };
}
