import type { IdentityKey } from '#core/record/identity.ts';
import { type DeliveryStateItem, type DestinationState, type LastRouted, NOTHING_ROUTED } from './delivery-state.ts';

/** What a destination shall be told again, as if it had missed it. */
export type Resend = { readonly destinationId: string } & (
  | { /** Epoch ms: everything that was decided from then on. */ readonly since: number }
  | {
      /** Everything about these, as the destination knows them. */
      readonly identities: readonly IdentityKey[];
      /** Segment → the instant (epoch ms) of an entry of theirs whose message was not sent. */
      readonly untold?: Readonly<Record<string, number>> | undefined;
    }
);

/**
 * The delivery state of somebody who has to assume that a destination does not know what it was told. The entries stay marked
 * until they are told again, whoever does it: also by the item that ingests this one.
 */
export function beforeResending(deliveryState: DeliveryStateItem, resend: Resend): DeliveryStateItem {
  const { destinationId } = resend;
  const known = deliveryState.destinations[destinationId] ?? NOTHING_ROUTED;
  const concerns = concernedBy(resend);
  const lastRouted = Object.entries(known.lastRouted).map(([key, segments]) => {
    const entries = Object.entries(segments).map(([id, entry]): [string, LastRouted] => [
      id,
      concerns(key, entry) ? { ...entry, again: true, ...untoldOf(id, resend) } : entry,
    ]);
    return [key, Object.fromEntries(entries)];
  });
  const doubted: DestinationState = { ...known, lastRouted: Object.fromEntries(lastRouted) };
  return { ...deliveryState, destinations: { ...deliveryState.destinations, [destinationId]: doubted } };
}

function untoldOf(segmentId: string, resend: Resend): Pick<LastRouted, 'untold'> {
  const untold = 'untold' in resend ? resend.untold?.[segmentId] : undefined;
  return untold === undefined ? {} : { untold };
}

function concernedBy(resend: Resend): (key: IdentityKey, entry: LastRouted) => boolean {
  if ('since' in resend) {
    return (_key, { routedAt, lastQualificationTime }) => (routedAt ?? lastQualificationTime) >= resend.since;
  }
  const identities = new Set(resend.identities);
  return (key) => identities.has(key);
}
