import type { MembershipChange, ProfileDelivery } from './delivery.ts';
import { nested } from './http/nested.ts';
import { type IdentityMap, identityMap } from './identity-map.ts';

interface PayloadMembership {
  readonly status: string;
  readonly lastQualificationTime: string;
  readonly name?: string;
}

export interface ProfilePayload {
  readonly segmentMembership: {
    readonly ups: Readonly<Record<string, PayloadMembership>>;
  };
  readonly identityMap: IdentityMap;
  /** The mapped attributes, at their paths. */
  readonly [attribute: string]: unknown;
}

type SegmentName = (id: string) => string | undefined;
const NO_NAME: SegmentName = () => undefined;

/** One person as receivers of the company's own get it (aep.md §6.2): mapped attributes, memberships, identities. */
export function profilePayload(delivery: ProfileDelivery, segmentName: SegmentName = NO_NAME): ProfilePayload {
  return {
    ...nested(delivery.attributes),
    segmentMembership: {
      ups: Object.fromEntries(delivery.changes.map((change) => [change.segmentId, membership(change, segmentName)])),
    },
    identityMap: identityMap(delivery.identities),
  };
}

function membership(
  { segmentId, status, lastQualificationTime }: MembershipChange,
  segmentName: SegmentName,
): PayloadMembership {
  const name = segmentName(segmentId);
  return {
    status,
    lastQualificationTime: new Date(lastQualificationTime).toISOString(),
    ...(name !== undefined && { name }),
  };
}
