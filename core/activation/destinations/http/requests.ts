import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import { nested } from '#core/activation/http/nested.ts';
import { type IdentityMap, identityMap } from '#core/activation/identity-map.ts';

interface HttpMembership {
  readonly status: string;
  readonly lastQualificationTime: string;
  readonly name?: string;
}

export interface HttpProfile {
  readonly segmentMembership: {
    readonly ups: Readonly<Record<string, HttpMembership>>;
  };
  readonly identityMap: IdentityMap;
  /** The mapped attributes, at their paths. */
  readonly [attribute: string]: unknown;
}

type SegmentName = (id: string) => string | undefined;
const NO_NAME: SegmentName = () => undefined;

/** One person as the HTTP API destination gets it (aep.md §6.2): mapped attributes, memberships, identities. */
export function httpProfile(delivery: ProfileDelivery, segmentName: SegmentName = NO_NAME): HttpProfile {
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
): HttpMembership {
  const name = segmentName(segmentId);
  return {
    status,
    lastQualificationTime: new Date(lastQualificationTime).toISOString(),
    ...(name !== undefined && { name }),
  };
}

/** The body of one request: `{"profiles":[…]}`, in order. */
export const httpBody = (deliveries: readonly ProfileDelivery[], segmentName: SegmentName = NO_NAME): string =>
  JSON.stringify({ profiles: deliveries.map((delivery) => httpProfile(delivery, segmentName)) });
