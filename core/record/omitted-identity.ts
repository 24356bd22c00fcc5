/** Why a value is no identity although it stands where one belongs (docs/identity.md, "Values that are no identities"). */
export const OMISSION_REASONS = ['blocked-value', 'not-an-email', 'not-a-phone', 'not-of-pattern'] as const;
export type OmissionReason = (typeof OMISSION_REASONS)[number];

/** A value of a record that is none of its identities; the record is ingested with the others. */
export interface OmittedIdentity {
  readonly namespace: string;
  readonly reason: OmissionReason;
  /** Whether the record says that it is its primary one. */
  readonly primary: boolean;
  /** As it stands in the record; it is written nowhere else. */
  readonly asSent: string;
}
