import type { Redirect } from '#core/identity/versioned-store.ts';
import type { DeliveryStateItem } from './delivery-state.ts';
import type { ReportedSize } from './destination-type.ts';
import { routedIn } from './reconcile.ts';

/** How many members of an audience were routed and have not left. */
export interface BelievedSize {
  readonly people: number;
  /** Of these people, as they were routed: several of one person are several. */
  readonly identities: number;
}

/** Counts the members of audiences, in one pass over the delivery states (docs/destinations.md, "Reconciling"). */
export async function believedSizes(
  destinationId: string,
  segmentIds: readonly string[],
  states: AsyncIterable<DeliveryStateItem | Redirect>,
): Promise<ReadonlyMap<string, BelievedSize>> {
  const sizes = new Map(segmentIds.map((segmentId) => [segmentId, { people: 0, identities: 0 }]));
  for await (const state of states) {
    const members = routedIn(state, destinationId).filter(({ isMember }) => isMember);
    for (const { segmentId } of members) {
      const size = sizes.get(segmentId);
      if (size) size.identities += 1;
    }
    for (const segmentId of new Set(members.map((member) => member.segmentId))) {
      const size = sizes.get(segmentId);
      if (size) size.people += 1;
    }
  }
  return sizes;
}

/**
 * What a vendor's count says against what is believed. It counts whom it recognises, so fewer says nothing, unless it is
 * nobody; more than there are identities are there because of somebody else, or have not been taken out.
 */
export function sizeFinding(
  { identities }: BelievedSize,
  { atLeast, atMost }: ReportedSize,
): 'not-reported' | 'possible' | 'too-many' | 'nobody-recognised' {
  if (atLeast === undefined && atMost === undefined) return 'not-reported';
  if ((atLeast ?? 0) > identities) return 'too-many';
  return atMost === 0 && identities > 0 ? 'nobody-recognised' : 'possible';
}
