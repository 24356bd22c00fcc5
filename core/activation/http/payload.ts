import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { Identity } from '#core/identity/identity.ts';
import { nested } from './nested.ts';

/** Profiles in one request (aep.md §6.2). */
export const MAX_PROFILES_PER_REQUEST = 10;

export interface HttpProfile {
  readonly segmentMembership: {
    readonly ups: Readonly<Record<string, { readonly status: string; readonly lastQualificationTime: string }>>;
  };
  readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
  /** The mapped attributes, at their paths. */
  readonly [attribute: string]: unknown;
}

/** One person as the HTTP API destination gets it (aep.md §6.2): mapped attributes, memberships, identities. */
export function httpProfile(delivery: ProfileDelivery): HttpProfile {
  return {
    ...nested(delivery.attributes),
    segmentMembership: { ups: Object.fromEntries(delivery.changes.map(membership)) },
    identityMap: identityMap(delivery.identities),
  };
}

const membership = ({ segmentId, status, lastQualificationTime }: MembershipChange) =>
  [segmentId, { status, lastQualificationTime: new Date(lastQualificationTime).toISOString() }] as const;

/** Namespace code in lower case → ids, as AEP's own answers have it (aep.md §1.2). */
function identityMap(identities: readonly Identity[]): HttpProfile['identityMap'] {
  const byCode = Map.groupBy(identities, ({ namespace }) => namespace.toLowerCase());
  return Object.fromEntries([...byCode].map(([code, group]) => [code, group.map(({ value }) => ({ id: value }))]));
}

/** The body of one request: `{"profiles":[…]}`, 1 to {@link MAX_PROFILES_PER_REQUEST} of them, in order. */
export const httpBody = (deliveries: readonly ProfileDelivery[]): string =>
  JSON.stringify({ profiles: deliveries.map(httpProfile) });
