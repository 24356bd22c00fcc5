import { type DeliveryStateItem, type DestinationState, type LastRouted, NOTHING_ROUTED } from './delivery-state.ts';

/** What a destination shall be told again: everything since an instant, as if it had missed it. */
export interface Resend {
  readonly destinationId: string;
  /** Epoch ms. */
  readonly since: number;
}

/** The delivery state of somebody who has to assume that a destination heard nothing of what it was told since then. */
export function beforeResending(deliveryState: DeliveryStateItem, { destinationId, since }: Resend): DeliveryStateItem {
  const known = deliveryState.destinations[destinationId] ?? NOTHING_ROUTED;
  const lastRouted = Object.entries(known.lastRouted).map(([key, segments]) => {
    const entries = Object.entries(segments).map(([id, entry]) => [
      id,
      isSince(entry, since) ? opposite(entry) : entry,
    ]);
    return [key, Object.fromEntries(entries)];
  });
  const doubted: DestinationState = { ...known, lastRouted: Object.fromEntries(lastRouted) };
  return { ...deliveryState, destinations: { ...deliveryState.destinations, [destinationId]: doubted } };
}

const isSince = ({ routedAt, lastQualificationTime }: LastRouted, since: number): boolean =>
  (routedAt ?? lastQualificationTime) >= since;

const opposite = (entry: LastRouted): LastRouted => ({
  ...entry,
  status: entry.status === 'realized' ? 'exited' : 'realized',
});
